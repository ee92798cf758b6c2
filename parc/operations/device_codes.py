"""Further codes stuck on a device: added and taken back by hand."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from parc.domain.access import Grant, Viewer
from parc.domain.asset_tag import looks_like_ours
from parc.domain.fields import Field, parse
from parc.domain.refusal import Refusal, Refused
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, Role
from parc.operations.resolving import resolve
from parc.storage import aliases, articles
from parc.storage.alias_tables import AliasRow
from parc.storage.scan_tables import ArticleRow
from parc.storage.tables import DeviceRow

CODE = Field(
    "code",
    "Autre code collé sur l'appareil",
    required=True,
    hint="Étiquette d'un ancien inventaire, d'un fournisseur, d'une assurance…",
)
ARTICLE = Field(
    "code",
    "Code-barres du modèle (EAN)",
    required=True,
    hint="Le même sur toutes les boîtes : scanné, il dira de quel modèle il s'agit.",
)
STICKERS = TRANSITIONS[Action.DESCRIBE].roles
"""Who may add a code: whoever corrects the record."""

_LONGEST = 60


def stick(
    session: Session, row: DeviceRow, text: str, *, by: str, at: datetime
) -> AliasRow:
    """Let a further code lead to a device; `by` is an opaque id, `at` in UTC.

    Raises:
        Refused: the code says nothing, is ours, or leads somewhere already.
    """
    typed, refusals = parse((CODE,), {CODE.name: text})
    code = str(typed.get(CODE.name, ""))
    if not refusals:
        refusals = _reasons(session, row, code)
    if refusals:
        raise Refused(tuple(refusals))
    if row.void is not None:
        message = "Ce matériel est hors de l'inventaire : aucun code n'y mène plus."
        raise Refused((Refusal("void", message, CODE.name),))
    try:
        return aliases.stick(session, row, code, at, by)
    except IntegrityError:
        message = "Ce code vient d'être donné à un autre matériel."
        raise Refused((Refusal("code_taken", message, CODE.name),)) from None


def learn_from(
    session: Session, row: DeviceRow, text: str, *, by: str, at: datetime
) -> ArticleRow:
    """Keep which model an article number is of, shown by a device of that model.

    Raises:
        Refused: no article number (its check digit), or the device has no model.
    """
    if not row.label:
        message = f"« {ARTICLE.label} » : donnez d'abord la marque et le modèle."
        raise Refused((Refusal("no_model", message, ARTICLE.name),))
    return articles.learn(session, text, row.product_id, at=at, by=by)


def _reasons(session: Session, row: DeviceRow, code: str) -> list[Refusal]:
    def wrong(name: str, message: str) -> list[Refusal]:
        return [Refusal(name, f"« {CODE.label} » : {message}", CODE.name)]

    if len(code) > _LONGEST or not code.isprintable():
        return wrong("invalid_field", f"{_LONGEST} signes lisibles au plus.")
    if looks_like_ours(code):
        return wrong("our_tag", "un code de cette forme est une étiquette de parc.")
    # Asked as somebody who sees that owner's devices, and no other's.
    owner_s = Viewer("", frozenset({Grant(Role.AUDITOR, row.owner_id)}))
    found = resolve(session, owner_s, code).devices
    if found:
        others = [device.tag for device in found if device.id != row.id]
        where = f"au matériel {others[0]}" if others else "à ce matériel"
        return wrong("code_taken", f"ce code mène déjà {where}.")
    return []
