"""The papers of a decided list of réforme: its report, the certificate's draft.

Both say what was frozen, and nothing else: the same list gives the same bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from parc.domain.decommissioning import Act, Content, Line, Verdict
from parc.domain.siret import formatted
from reports.french import NO_BREAK, age, count, day, instant, number
from reports.sheet import BOLD, Column, Sheet, drawn

_REPORT = (
    Column("Étiquette", 78),
    Column("Désignation", 120),
    Column("N° de série", 80),
    Column("N° comptable", 90),
    Column("Âge", 74),
    Column("Valeur d'achat HT", 60, right=True),
    Column("Valeur estimée", 58, right=True),
    Column("Estimation", 90),
    Column("Motif et remarques", 119.9),
)
_CERTIFICATE = (
    Column("Étiquette", 84),
    Column("Désignation", 158),
    Column("N° de série", 96),
    Column("Localisation", 124),
    Column("Acquis le", 62),
    Column("Valeur d'achat HT", 82, right=True),
    Column("Amortissement cumulé", 82, right=True),
    Column("Valeur nette", 81.9, right=True),
)
_LISTS = (
    (Verdict.ACCEPTED, "Matériels réformés"),
    (Verdict.REFUSED, "Matériels dont la réforme est refusée"),
    (Verdict.LEFT, "Matériels sortis de la liste avant la décision"),
)
_ENTRY = (
    "Sortie de l'inventaire par mise à la réforme : opération d'ordre non budgétaire, "
    "que le comptable passe au vu de la décision et du présent certificat. Valeurs et "
    "amortissements (linéaires, au prorata des jours) sont donnés pour information, au "
    "jour de l'acte : ceux de l'état de l'actif prévalent."
)
_SUBSIDIES = "à compléter (numéro, montant et solde de chaque subvention rattachée)"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided list: what was frozen, its checksum, when in French local time."""

    content: Content
    act: Act
    at: datetime
    checksum: str


def report(decided: Decided) -> bytes:
    """Write the report of a réforme (procès-verbal)."""
    title = f"Procès-verbal de réforme n° {decided.act.report}"
    return drawn(lambda sheet: _report(sheet, decided, title), title, _owner(decided))


def certificate(decided: Decided) -> bytes:
    """Write the draft of the certificate by which goods leave the accounts.

    Instruction M57: designation, place, number, acquisition, net value, account.
    """
    title = f"Certificat administratif n° {decided.act.certificate} (projet)"
    return drawn(
        lambda sheet: _certificate(sheet, decided, title), title, _owner(decided)
    )


def _owner(decided: Decided) -> str:
    return decided.content.owner


def _report(sheet: Sheet, decided: Decided, title: str) -> None:
    content, act = decided.content, decided.act
    sheet.heading(title, 15)
    accepted = content.those(Verdict.ACCEPTED)
    for label, text in (
        *_common(decided),
        ("Proposée", f"le {_day(content.proposed_on)}, par {content.proposed_by}"),
        ("Décidée", f"le {instant(decided.at)}, par {act.by}, {act.role.lower()}"),
        ("Motif commun", content.reason),
        ("Observations", content.comment),
        ("Réformés", _sums(accepted)),
        ("Refusés", _counted(content.those(Verdict.REFUSED))),
        ("Hors du taux de réemploi", _excluded(accepted)),
    ):
        if text:
            sheet.fact(label, text)
    sheet.gap(8)
    for verdict, name in _LISTS:
        lines = content.those(verdict)
        if not lines:
            continue
        sheet.gap(6)
        sheet.heading(f"{name} : {number(len(lines))}")
        sheet.columns(_REPORT)
        for line in lines:
            sheet.row(_REPORT, _reported(line))
        if verdict is Verdict.ACCEPTED:
            sheet.row(_REPORT, _total(lines), BOLD)
    sheet.signature(f"{act.role} : {act.by}", "Nom, date et signature :")
    _close(sheet, decided)


def _certificate(sheet: Sheet, decided: Decided, title: str) -> None:
    content = decided.content
    lines = content.those(Verdict.ACCEPTED)
    numbered = sorted(
        (line for line in lines if line.accounting_number),
        key=lambda line: line.accounting_number,
    )
    apart = [line for line in lines if not line.accounting_number]
    sheet.heading(title, 15)
    sheet.warning("Projet à vérifier, compléter et signer par l'ordonnateur.")
    for label, text in (
        *_common(decided),
        ("Nature", "Mise à la réforme"),
        ("Compte par nature", content.account),
        ("Biens à sortir de l'actif", _leaving(numbered)),
        ("Subventions rattachées", _SUBSIDIES),
    ):
        sheet.fact(label, text)
    sheet.paragraph(_ENTRY)
    sheet.gap(8)
    if numbered:
        sheet.columns(_CERTIFICATE)
        for key, group in groupby(numbered, lambda line: line.accounting_number):
            _one_number(sheet, key, list(group))
        sheet.row(_CERTIFICATE, _worth("Total", numbered), BOLD)
    if apart:
        sheet.gap(8)
        sheet.heading(f"Sans numéro d'inventaire comptable : {number(len(apart))}")
        sheet.paragraph(
            "Rien à sortir de l'actif, sauf numéro retrouvé ; pour mémoire."
        )
        sheet.gap(4)
        sheet.columns(_CERTIFICATE)
        for line in apart:
            sheet.row(_CERTIFICATE, _certified(line))
    sheet.signature(
        "L'ordonnateur ou son délégué",
        "Certifié exact. Nom, qualité, date, signature :",
    )
    _close(sheet, decided)


def _one_number(sheet: Sheet, key: str, lines: Sequence[Line]) -> None:
    whole = lines[0].of
    if len(lines) < whole:
        said = f"sortie partielle, {len(lines)} sur {whole}"
    elif whole > 1:
        said = f"sortie totale, {whole} biens"
    else:
        said = "sortie totale"
    sheet.band(_CERTIFICATE, f"N° d'inventaire comptable {key} : {said}")
    for line in lines:
        sheet.row(_CERTIFICATE, _certified(line))
    if len(lines) > 1:
        sheet.row(_CERTIFICATE, _worth("Sous-total", lines), BOLD)


def _common(decided: Decided) -> list[tuple[str, str]]:
    content, act = decided.content, decided.act
    return [
        ("Propriétaire", f"{content.owner} (SIRET {formatted(content.siret)})"),
        ("Acte", f"{act.number} du {_day(act.on)}"),
        ("Liste", content.number),
    ]


def _close(sheet: Sheet, decided: Decided) -> None:
    told = f"Empreinte de la liste décidée (SHA-256) : {decided.checksum}"
    sheet.paragraph(told, 7)


def _reported(line: Line) -> list[str]:
    months = age(line.age_months)
    told = [line.why, line.reason] if line.why else [line.reason]
    if line.verdict == Verdict.LEFT.value:
        told.append(f"État : {line.state}")
    if line.exclusion:
        told.append(f"Hors taux : {line.exclusion}")
    told += line.flags
    method = line.method
    if line.valued_on:
        method = f"{method}\nle {_day(line.valued_on)}, {line.valued_by}"
    return [
        line.tag,
        line.label,
        line.serial,
        line.accounting_number,
        f"{months}\n{line.age_basis}" if line.age_basis else months,
        _euros(line.price_cents),
        _euros(line.value_cents),
        method,
        "\n".join(text for text in told if text),
    ]


def _certified(line: Line) -> list[str]:
    return [
        line.tag,
        line.label,
        line.serial,
        line.site,
        _day(line.acquired_on),
        _euros(line.price_cents),
        _euros(_written_off(line)),
        _euros(line.net_cents),
    ]


def _worth(label: str, lines: Sequence[Line]) -> list[str]:
    prices = _sum(line.price_cents for line in lines)
    written = _sum(map(_written_off, lines))
    net = _sum(line.net_cents for line in lines)
    amount = count(len(lines), "bien")
    return [label, amount, "", "", "", *map(_euros, (prices, written, net))]


def _total(lines: Sequence[Line]) -> list[str]:
    price, value = (
        _euros(_sum(line.price_cents for line in lines)),
        _euros(_sum(line.value_cents for line in lines)),
    )
    amount = count(len(lines), "matériel")
    return ["Total", amount, "", "", "", price, value, "", ""]


def _sums(lines: Sequence[Line]) -> str:
    unknown = sum(line.value_cents is None for line in lines)
    value = _euros(_sum(line.value_cents for line in lines))
    told = count(len(lines), "matériel")
    if value:
        told += f", {value} de valeur estimée"
    if unknown:
        told += f", {number(unknown)} sans estimation"
    return told


def _counted(lines: Sequence[Line]) -> str:
    return count(len(lines), "matériel") if lines else ""


def _leaving(lines: Sequence[Line]) -> str:
    numbers = len({line.accounting_number for line in lines})
    under = count(numbers, "numéro d'inventaire", "numéros d'inventaire")
    return f"{count(len(lines), 'bien')}, sous {under}"


def _excluded(lines: Sequence[Line]) -> str:
    why = sorted(line.exclusion for line in lines if line.exclusion)
    return " ; ".join(
        f"{name.lower()} : {number(len(list(those)))}" for name, those in groupby(why)
    )


def _written_off(line: Line) -> int | None:
    if line.price_cents is None or line.net_cents is None:
        return None
    return line.price_cents - line.net_cents


def _sum(amounts: Iterable[int | None]) -> int | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known) if known else None


def _euros(cents: int | None) -> str:
    if cents is None:
        return ""
    return number(Decimal(cents).scaleb(-2)) + f"{NO_BREAK}€"


def _day(text: str) -> str:
    return day(date.fromisoformat(text)) if text else ""
