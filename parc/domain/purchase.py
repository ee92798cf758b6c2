"""Orders and their lines: what is asked of each, what may still be corrected.

An order is corrected until something of it is delivered; from then on its lines are
frozen: what will not come is cancelled with a reason, what is missing is a new line.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from parc.domain.category import AgecCategory, Category
from parc.domain.fields import Field, Json, Kind, choices_of, parse
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Condition, Role

BUYERS = (Role.FLEET_LEAD, Role.COMMUNE_MANAGER)
"""Who enters orders, lump sums and gifts: money is not the bench's business."""

RECEIVERS = (Role.TECHNICIAN,)
"""Who receives deliveries: devices are registered by technicians (decision D1)."""

MOST_UNITS = 5_000
"""Units of one line: more is a misread amount."""

LONGEST_NUMBER = 60
"""Characters of an order's number: devices bear it, with their line's position."""

_CLASS = re.compile(r"[A-E]", re.ASCII)
_TENTHS = Field("index_value", "Valeur de l'indice", Kind.TENTHS)


class OrderKind(Labelled):
    """How something was acquired; it decides where its amounts count."""

    ORDER = "order", "Commande"
    LUMP_SUM = "lump_sum", "Montant forfaitaire des finances"
    GIFT = "gift", "Don reçu"


class Clause(Labelled):
    """What the contract asks for besides the goods (ACH-03)."""

    NONE = "none", "Aucune"
    ENVIRONMENTAL = "environmental", "Environnementale"
    SOCIAL = "social", "Sociale"
    BOTH = "both", "Environnementale et sociale"


class IndexKind(Labelled):
    """The index of a product (AGEC art. 55), whose scale it decides."""

    NONE = "none", "Aucun"
    REPAIRABILITY = "repairability", "Réparabilité (sur 10)"
    DURABILITY = "durability", "Durabilité (sur 10)"
    EU_CLASS = "eu_class", "Classe européenne (A à E)"


OUT_OF_TEN = frozenset({IndexKind.REPAIRABILITY, IndexKind.DURABILITY})
REUSE = frozenset({Condition.RECONDITIONED, Condition.REUSED})
"""What counts as reuse of AGEC art. 58; recycled content has a column of its own."""

ORDER_FIELDS = (
    Field("kind", "Nature", Kind.CHOICE, required=True, choices=choices_of(OrderKind)),
    Field(
        "number",
        "Numéro",
        required=True,
        hint="Bon de commande, marché ou convention de don.",
    ),
    Field("supplier", "Fournisseur ou donateur", required=True),
    Field("ordered_on", "Commandé ou reçu le", Kind.DAY, required=True),
    Field(
        "spent_on",
        "Dépensé le",
        Kind.DAY,
        hint="Donne l'année de la dépense ; à défaut, le jour de la commande.",
    ),
    Field("notes", "Notes", Kind.LONG_TEXT),
)
LINE_FIELDS = (
    Field("category", "Type de matériel", Kind.CHOICE, hint="Aucun : rien à suivre."),
    Field(
        "agec_category",
        "Catégorie AGEC",
        Kind.CHOICE,
        choices=choices_of(AgecCategory),
        hint="Celle du type de matériel, s'il est dit.",
    ),
    Field("maker", "Marque"),
    Field("model", "Modèle ou désignation"),
    Field("quantity", "Quantité", Kind.INTEGER, required=True),
    Field("amount_cents", "Montant HT de la ligne (total)", Kind.MONEY, required=True),
    Field(
        "condition",
        "État à l'achat",
        Kind.CHOICE,
        required=True,
        choices=choices_of(c for c in Condition if c is not Condition.UNKNOWN),
    ),
    Field("clause", "Clause", Kind.CHOICE, choices=choices_of(Clause)),
    Field("index_kind", "Indice", Kind.CHOICE, choices=choices_of(IndexKind)),
    Field("index_value", "Valeur de l'indice", hint="7,8 sur 10, ou B."),
    Field("index_source", "Source de l'indice"),
    Field("index_on", "Date de l'indice", Kind.DAY),
    Field("ecolabel", "Écolabel de type I", hint="TCO, Blue Angel, Nordic Swan…"),
    Field("warranty_ends_on", "Fin de garantie", Kind.DAY),
    Field("lease_ends_on", "Fin de location", Kind.DAY, hint="Si c'est une location."),
    Field(
        "reference",
        "Référence de la valeur",
        hint="Don reçu : sa ligne de la grille forfaitaire (à confirmer).",
    ),
)
FURTHER = frozenset(
    {
        *("clause", "index_kind", "index_value", "index_source", "index_on"),
        *("ecolabel", "warranty_ends_on", "lease_ends_on", "reference"),
    }
)
"""Fields of a line that many lines leave empty."""


@dataclass(frozen=True, slots=True)
class OrderSaid:
    """An order as somebody entered it. `spent_on` gives the year of the spend."""

    kind: OrderKind
    number: str
    supplier: str
    ordered_on: date
    spent_on: date
    notes: str


@dataclass(frozen=True, slots=True)
class LineSaid:
    """A line as somebody entered it.

    `amount_cents`: total excluding VAT. `index_tenths` of an index out of ten,
    `index_class` of the European one. `category` is a kind of device, None when no
    device is followed.
    """

    agec_category: AgecCategory
    category: str | None
    maker: str
    model: str
    quantity: int
    amount_cents: int
    condition: Condition
    clause: Clause
    index_kind: IndexKind
    index_tenths: int | None
    index_class: str
    index_source: str
    index_on: date | None
    ecolabel: str
    warranty_ends_on: date | None
    lease_ends_on: date | None
    reference: str


def read_order(raw: Mapping[str, object], today: date) -> OrderSaid:
    """Read the heading of an order.

    Raises:
        Refused: with every reason.
    """
    said, refusals = parse(ORDER_FIELDS, _only(ORDER_FIELDS, raw))
    ordered, spent = _day(said, "ordered_on"), _day(said, "spent_on")
    for day, name, label in (
        (ordered, "ordered_on", "Commandé ou reçu le"),
        (spent, "spent_on", "Dépensé le"),
    ):
        if day is not None and not date(2000, 1, 1) <= day <= _latest(today):
            message = f"« {label} » : cette date est trop ancienne ou trop lointaine."
            refusals.append(Refusal("invalid_field", message, name))
    if len(str(said.get("number", ""))) > LONGEST_NUMBER:
        message = f"« Numéro » : {LONGEST_NUMBER} caractères au plus."
        refusals.append(Refusal("invalid_field", message, "number"))
    if refusals or ordered is None:
        raise Refused(tuple(refusals))
    return OrderSaid(
        OrderKind(str(said["kind"])),
        str(said["number"]),
        str(said["supplier"]),
        ordered,
        spent or ordered,
        str(said.get("notes", "")),
    )


def read_line(
    raw: Mapping[str, object], kind: OrderKind, categories: Mapping[str, Category]
) -> LineSaid:
    """Read a line of an order of some kind.

    Raises:
        Refused: with every reason.
    """
    said, refusals = parse(line_fields(categories), _only(LINE_FIELDS, raw))
    refusals += _wrong_line(said, kind, categories)
    tenths, letter, wrong = _index(said)
    refusals += wrong
    if refusals:
        raise Refused(tuple(refusals))
    category = str(said.get("category", "")) or None
    agec = str(said.get("agec_category", ""))
    if category is not None:
        agec = categories[category].agec_category.value
    return LineSaid(
        AgecCategory(agec),
        category,
        str(said.get("maker", "")),
        str(said.get("model", "")),
        int(str(said["quantity"])),
        int(str(said["amount_cents"])),
        Condition(str(said["condition"])),
        Clause(str(said.get("clause", Clause.NONE))),
        IndexKind(str(said.get("index_kind", IndexKind.NONE))),
        tenths,
        letter,
        str(said.get("index_source", "")),
        _day(said, "index_on"),
        str(said.get("ecolabel", "")),
        _day(said, "warranty_ends_on"),
        _day(said, "lease_ends_on"),
        str(said.get("reference", "")),
    )


def line_fields(categories: Mapping[str, Category]) -> tuple[Field, ...]:
    """Complete the fields of a line with the kinds of devices."""
    labels = tuple((key, kind.label) for key, kind in categories.items())
    return tuple(
        Field(f.name, f.label, f.kind, f.required, labels, f.hint)
        if f.name == "category"
        else f
        for f in LINE_FIELDS
    )


def share_of(amount_cents: int, quantity: int, rank: int) -> int:
    """Give the cents of one unit of a line, the `rank`-th from 0.

    All shares differ by a cent at most and add up to the amount.
    """
    each, rest = divmod(amount_cents, quantity)
    return each + (1 if rank % quantity < rest else 0)


def kept_amount(amount_cents: int, quantity: int, cancelled: int) -> int:
    """Give the amount of a line without its cancelled units: its first shares."""
    kept = quantity - cancelled
    each, rest = divmod(amount_cents, quantity)
    return each * kept + min(rest, kept)


def _wrong_line(
    said: Mapping[str, Json], kind: OrderKind, categories: Mapping[str, Category]
) -> Iterator[Refusal]:
    quantity = said.get("quantity")
    if isinstance(quantity, int) and not 1 <= quantity <= MOST_UNITS:
        message = f"« Quantité » : de 1 à {MOST_UNITS}."
        yield Refusal("invalid_field", message, "quantity")
    category, agec = said.get("category"), said.get("agec_category")
    if not category and not agec:
        message = "Dites le type de matériel, ou au moins la catégorie AGEC."
        yield Refusal("missing_field", message, "agec_category")
    if category and agec:
        own = categories[str(category)].agec_category
        if own.value != agec:
            message = (
                f"« Catégorie AGEC » : ce type de matériel relève de « {own.label} »."
            )
            yield Refusal("invalid_field", message, "agec_category")
    if kind is OrderKind.LUMP_SUM and category:
        message = (
            "Un montant forfaitaire ne suit pas de matériel : laissez le type vide, ou "
            "saisissez une commande."
        )
        yield Refusal("invalid_field", message, "category")
    if kind is OrderKind.GIFT and not said.get("reference"):
        message = "« Référence de la valeur » est à renseigner pour un don reçu."
        yield Refusal("missing_field", message, "reference")


def _index(said: Mapping[str, Json]) -> tuple[int | None, str, list[Refusal]]:
    """Read the value of an index on the scale that its kind decides."""
    kind = IndexKind(str(said.get("index_kind", IndexKind.NONE)))
    text = str(said.get("index_value", ""))
    if kind is IndexKind.NONE:
        if not text:
            return None, "", []
        message = "« Indice » : dites lequel, puisqu'il a une valeur."
        return None, "", [Refusal("missing_field", message, "index_kind")]
    refusals = [
        Refusal("missing_field", f"« {label} » est à renseigner.", name)
        for name, label in (
            ("index_value", "Valeur de l'indice"),
            ("index_source", "Source de l'indice"),
            ("index_on", "Date de l'indice"),
        )
        if not said.get(name)
    ]
    if not text:
        return None, "", refusals
    if kind is IndexKind.EU_CLASS:
        letter = text.upper()
        if _CLASS.fullmatch(letter) is None:
            message = "« Valeur de l'indice » : une classe de A à E est attendue."
            refusals.append(Refusal("invalid_field", message, "index_value"))
        return None, letter, refusals
    read, wrong = parse((_TENTHS,), {"index_value": text})
    tenths = read.get("index_value")
    return (tenths if isinstance(tenths, int) else None), "", [*refusals, *wrong]


def _only(fields: tuple[Field, ...], raw: Mapping[str, object]) -> dict[str, object]:
    return {f.name: raw[f.name] for f in fields if f.name in raw}


def _day(said: Mapping[str, Json], name: str) -> date | None:
    value = said.get(name)
    return date.fromisoformat(value) if isinstance(value, str) else None


def _latest(today: date) -> date:
    """Orders are entered for the coming year at most."""
    return date(today.year + 1, 12, 31)
