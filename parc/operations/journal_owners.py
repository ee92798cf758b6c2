"""The owners that a journal tells of: those known here, and those to add."""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlmodel import Session, select

from imports.journal import COLUMNS, Entry, OwnerTold
from parc.domain import siret as sirets
from parc.domain.asset_tag import AssetTag, is_prefix, shaped_prefix
from parc.domain.intake_issue import Issue, issue
from parc.storage import accounts
from parc.storage.owner_settings import EARLIEST
from parc.storage.tables import OwnerRow

_TOLD_TWICE = "Ce propriétaire est décrit autrement plus haut dans le fichier."


class Owners:
    """Learns the owners of the histories to import; adds those that are missing.

    An owner known here stays as it is: name, kind and prefix are its own.
    """

    def __init__(self, session: Session, today: date) -> None:
        self._session = session
        self._today = today
        self._rows = {row.siret: row for row in session.exec(select(OwnerRow))}
        self._prefixes = {row.prefix: siret for siret, row in self._rows.items()}
        self._told: dict[str, OwnerTold] = {}
        self._managers: dict[str, int] = {}
        self._misread: dict[str, tuple[int, str]] = {}

    def learn(self, entry: Entry) -> str:
        """Note who owns and operates after an event; say what is wrong with it."""
        told = entry.owner
        managers = (told.manager, entry.event.details.get("manager"))
        for manager in managers:
            if isinstance(manager, str) and manager not in self._managers:
                self._managers[manager] = entry.line
        prefix = shaped_prefix(entry.tag)
        if prefix is not None and AssetTag.parse(entry.tag) is None:
            self._misread.setdefault(prefix, (entry.line, entry.tag))
        known = self._told.get(told.siret)
        if known is not None:
            return "" if known == told else _TOLD_TWICE
        message = "" if told.siret in self._rows else self._wrong(told)
        if not message:
            self._told[told.siret] = told
            self._prefixes.setdefault(told.prefix, told.siret)
        return message

    def missing(self) -> Iterator[Issue]:
        """Say what only the whole file shows: who operates, whose tags are wrong."""
        for manager, line in self._managers.items():
            if manager not in self._rows and manager not in self._told:
                message = (
                    "Ce gestionnaire n'est ni dans le fichier ni dans ce parc. "
                    "Créez-le d'abord : parc owner add SIRET NOM"
                )
                yield issue(line, COLUMNS["manager"], "unknown_owner", manager, message)
        for prefix, (line, tag) in self._misread.items():
            if prefix in self._prefixes:
                message = "Le caractère de contrôle de cette étiquette est faux."
                yield issue(line, COLUMNS["tag"], "wrong_check", tag, message)

    def add(self) -> Mapping[str, int]:
        """Add the owners that are missing; give the row ids of all, by SIRET."""
        added: list[OwnerTold] = []
        for told in self._told.values():
            row = self._rows.get(told.siret)
            if row is None:
                row = accounts.add_owner(
                    self._session, told.siret, told.name, told.kind, told.prefix
                )
                row.first_day = told.first_day
                self._rows[told.siret] = row
                added.append(told)
            elif row.first_day is None:
                row.first_day = told.first_day
            if row.prefix == told.prefix:
                # Numbers printed elsewhere are never printed again.
                row.last_number = max(row.last_number, told.last_number)
            self._session.add(row)
        for told in added:
            if told.manager:
                self._rows[told.siret].manager_id = self._rows[told.manager].id
        self._session.flush()
        return {siret: row.id for siret, row in self._rows.items()}

    def _wrong(self, told: OwnerTold) -> str:
        if not sirets.is_siret(told.siret):
            return "SIRET attendu : 14 chiffres dont les deux clés sont justes."
        reasons = [*accounts.name_reasons(told.name), *accounts.kind_reasons(told.kind)]
        if reasons:
            return reasons[0].message
        if not is_prefix(told.prefix):
            return "Préfixe d'étiquette attendu : 2 à 5 lettres sans accent."
        if told.prefix in self._prefixes:
            return f"Le préfixe {told.prefix} est déjà celui d'un autre propriétaire."
        if told.first_day and not EARLIEST <= told.first_day <= self._today:
            return f"Premier jour attendu : du {EARLIEST:%d/%m/%Y} à aujourd'hui."
        return ""
