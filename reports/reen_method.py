"""How the REEN figures are made, and the texts that they rest on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress

from parc.domain import siret
from parc.domain.dated import NotInForceError
from parc.domain.parameters import Content, Parameter, Unit, Value
from parc.domain.reuse import Exclusion
from parc.domain.vocabulary import Route
from reports import french
from reports.indicators.lines import Line
from reports.reen_lists import AGE_BASES, BACK, EXCLUSIONS
from reports.report import Cell, Column, Kind, Link, Note, Sheet, Table, Tone, WebLink
from reports.reuse_year import ReuseYear

PARAMETERS = (
    "reuse_target",
    "reuse_scope",
    "reuse_age_limit",
    "age_basis_order",
    "reuse_counting",
    "stock_day",
    "accessories",
    "declared_evidence",
)
"""Law data that the four indicators apply, in the order of the sources."""

_COUNT = Column("Matériels", Kind.INTEGER, 14)
_COUNTING = {
    "hand_over": "à la remise",
    "commitment_and_proof": "engagement et preuve",
}


def method(year: ReuseYear) -> Sheet:
    """Make the sheet that says how figures were computed and from what."""
    return Sheet(
        "Méthode",
        (
            Note(f"Méthode, {year.year}", Tone.TITLE),
            BACK,
            Table(
                (
                    Column("Sujet", Kind.LONG_TEXT, 34),
                    Column("Lecture", Kind.LONG_TEXT, 110, span=2),
                ),
                tuple(
                    (subject, french.typeset(text))
                    for subject, text in (*_readings(year), *_choices(year))
                ),
            ),
            Note("Périmètre", Tone.HEADING),
            Table(
                (
                    Column("SIRET", width=34),
                    Column("Propriétaire", Kind.LONG_TEXT, 110, span=2),
                ),
                tuple(
                    (siret.formatted(number), name)
                    for number, name in year.owners.items()
                ),
            ),
            Note("Matériels hors calcul, par motif", Tone.HEADING),
            _exclusions(year.lines),
            Note("Date d'où court l'âge", Tone.HEADING),
            _age_bases(year.lines),
        ),
    )


def sources(year: ReuseYear) -> Sheet:
    """Make the sheet of texts: value in force, article, address, last check."""
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            parameter.label,
            _said(value.value, parameter.unit),
            value.starts_on,
            WebLink(french.typeset(value.reference.text), value.reference.url),
            french.typeset(value.reference.article),
            value.reference.url,
            parameter.checked_on,
        )
        for parameter, value in _in_force(year)
    )
    return Sheet(
        "Sources",
        (
            Note("Textes appliqués", Tone.TITLE),
            BACK,
            Note(
                french.typeset(
                    f"Valeurs en vigueur au {french.day(year.last_day)}. Empreinte des "
                    f"données légales : {year.law.version}"
                )
            ),
            Table(
                (
                    Column("Ce que le texte fixe", Kind.LONG_TEXT, 40),
                    Column("Valeur", Kind.LONG_TEXT, 38),
                    Column("Depuis le", Kind.DAY, 12),
                    Column("Texte", Kind.LONG_TEXT, 36),
                    Column("Article", Kind.LONG_TEXT, 26),
                    Column("Adresse", Kind.LONG_TEXT, 60),
                    Column("Vérifié le", Kind.DAY, 12),
                ),
                rows,
            ),
        ),
    )


def _readings(year: ReuseYear) -> Iterator[tuple[str, str]]:
    number = year.year
    moment = french.instant(year.known_at)
    yield (
        "Situation connue",
        (
            f"Ce que parc savait le {moment} (heure de Paris) : événements datés de "
            f"{number} ou d'avant, pièces connues à cet instant même si leur date est "
            "postérieure. Valeurs provisoires, non publiées."
        ),
    )
    yield (
        "Taux statutaire (REEN-01)",
        (
            "A / B × 100, en unités. A : matériels orientés vers le réemploi ou la "
            f"réutilisation en {number}, à la date effective de remise. B : matériels "
            f"réformés en stock au 1er janvier {number}. A n'est pas limité à B : le "
            "taux peut dépasser 100 % et n'est jamais plafonné. Si B est nul, "
            "il n'est pas calculable."
        ),
    )
    yield (
        "Taux sur flux (REEN-01b)",
        (
            "A / (stock au 1er janvier + entrées de l'année : réformes, retours, "
            "matériels retrouvés). Indicateur de gestion ; la cible de 50 % est donnée "
            "pour information."
        ),
    )
    yield (
        "Stock (REEN-02)",
        (
            "Réformé et détenu : « Réformé » à « Réservé », « À recycler », « Démonté "
            "pour pièces », « En lot DEEE ». Un matériel perdu ou volé n'est pas "
            "détenu ; retrouvé, il entre de nouveau. Un matériel parti au recyclage "
            "pendant l'année reste dans B."
        ),
    )
    yield (
        "Orientés, remis, prouvés",
        (
            "Orientés : déclarés prêts, proposés, réservés ou remis dans l'année. "
            "Remis : partis et non rendus. Prouvés : partis, avec preuve de réemploi."
        ),
    )
    yield (
        "Sortie de A",
        (
            "Ce que le preneur recycle ou rend ne compte plus, même constaté après la "
            "fin de l'année : la valeur recalculée baisse, la valeur publiée reste."
        ),
    )
    yield (
        "Dix ans",
        (
            "Strictement plus de dix ans entre la date d'où court l'âge et la réforme. "
            "Acquis un 29 février, le délai finit le 28 février (code de procédure "
            "civile, art. 641). Un matériel importé déjà réformé sans date de réforme "
            "est jugé au jour déclaré de cet état."
        ),
    )
    yield "Ce qui repose sur des déclarations", _declared(year)
    yield (
        "Arrondi",
        (
            "Une seule fois, à une décimale, la demie vers le haut. L'objectif est dit "
            "atteint d'après la fraction exacte."
        ),
    )
    if year.mutualised:
        yield (
            "Périmètre mutualisé",
            (
                "Somme des propriétaires, non statutaire : le décret ne connaît que le "
                "taux de chaque personne morale. Un matériel cédé par un membre "
                "du périmètre à un autre compte dans A du cédant ; donné ensuite par "
                "le second, il compte aussi dans le A de celui-ci."
            ),
        )


def _declared(year: ReuseYear) -> str:
    """Say how much rests on an import's word (decision D11)."""
    rate = year.figures()[0]
    share = rate.declared_share
    if share is None:
        return "Aucun matériel ne compte dans A ni dans B."
    return (
        f"Matériels qui comptent dans A ou dans B : {french.number(rate.devices)}. "
        "Parmi eux, ceux dont la réforme, la remise ou une pièce n'est connue que par "
        "la déclaration d'un fichier importé, sans justificatif : "
        f"{french.number(rate.declared)} ({french.percent(share)}). Ce n'est admis que "
        "pour ce qui précède le premier jour du propriétaire dans parc. La colonne "
        "« Niveau de preuve » des listes le dit matériel par matériel."
    )


def _choices(year: ReuseYear) -> Iterator[tuple[str, str]]:
    """Give the readings that the law data holds, each with its reason."""
    for parameter, value in _in_force(year):
        text = " ".join(part for part in (value.policy, value.note) if part)
        if text:
            yield parameter.label, text


def _in_force(year: ReuseYear) -> Iterator[tuple[Parameter, Value]]:
    for name in PARAMETERS:
        parameter = year.law[name]
        with suppress(NotInForceError):
            yield parameter, parameter.in_force(year.last_day)


def _exclusions(lines: tuple[Line, ...]) -> Table:
    found = Counter(line.standing.exclusion for line in lines if line.outside)
    rows = tuple(
        (reason.label, Link(found[reason], EXCLUSIONS)) for reason in Exclusion
    )
    return Table((Column("Motif", Kind.LONG_TEXT, 34), _COUNT), rows)


def _age_bases(lines: tuple[Line, ...]) -> Table:
    found = Counter(line.standing.age_basis for line in lines)
    labels = (*AGE_BASES.items(), (None, "Aucune date : âge inconnu"))
    rows = tuple((label, found[name]) for name, label in labels)
    return Table((Column("Date utilisée", Kind.LONG_TEXT, 34), _COUNT), rows)


def _said(value: Content, unit: Unit) -> str:
    """Write a value of the law for a reader."""
    if isinstance(value, Mapping):
        words = (
            f"{Route(route).label} : {_COUNTING[str(rule)]}"
            for route, rule in value.items()
        )
        return french.typeset("\n".join(words))
    if isinstance(value, tuple):
        return ", ".join(AGE_BASES.get(str(item), str(item)) for item in value)
    if unit is Unit.RULE:
        return "voir Méthode"
    return f"{str(value).replace('.', ',')}{french.NO_BREAK}{unit.label}"
