"""What the forms of lists of réforme send: a list, its corrections, a decision."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from parc import resources
from parc.domain.fields import Field, Kind, parse
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import State
from parc.operations.decommission_deciding import Decision
from parc.operations.decommissions import PROPOSABLE, Draft, Said, Search
from parc.operations.selection import pick
from parc.storage.decommission_tables import DecommissionLineRow
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web.recording import Desk
from parc.web.slip_forms import Typed, codes_in, integer

OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
REASON = Field(
    "reason",
    "Motif pour tous",
    Kind.LONG_TEXT,
    hint="Repris pour chaque matériel qui n'a pas le sien.",
)
COMMENT = Field("comment", "Observations", Kind.LONG_TEXT, hint="Reprises au PV.")
ACCOUNT = Field(
    "account",
    "Compte par nature",
    hint="Repris sur le projet de certificat administratif ; à faire confirmer.",
)
METHOD = Field(
    "method",
    "Méthode d'estimation",
    Kind.CHOICE,
    hint="Pour les lignes qui n'ont pas la leur.",
)
VALUED_ON = Field("valued_on", "Estimé le", Kind.DAY)
CODES = Field(
    "codes",
    "Matériels",
    Kind.LONG_TEXT,
    hint="Étiquettes ou numéros de série, scannés ou collés, un par ligne.",
)
CATEGORY = Field("category", "Catégorie", Kind.CHOICE)
STATE = Field(
    "state",
    "État",
    Kind.CHOICE,
    choices=tuple((s.value, s.label) for s in State if s in PROPOSABLE),
)
OVER_YEARS = Field(
    "over_years",
    "Âge de plus de (ans)",
    Kind.INTEGER,
    hint="Depuis l'acquisition, sinon la mise en service, sinon la fabrication.",
)
CANCEL_REASON = Field("reason", "Motif", Kind.LONG_TEXT, required=True)
ACT_NUMBER = Field("act_number", "Numéro de l'acte", required=True)
ACT_ON = Field("act_on", "Date de l'acte", Kind.DAY, required=True)
_VALUE = Field("value", "Valeur estimée", Kind.MONEY)
_OLDEST = 60


def first_draft(form: Typed) -> Draft:
    """Read what a new list says.

    Raises:
        Refused: a search that does not read.
    """
    return Draft(codes_in(form), reason=form.text("reason"), search=search_in(form))


def corrected_draft(
    form: Typed, lines: Sequence[tuple[DecommissionLineRow, DeviceRow]]
) -> Draft:
    """Read a list that was corrected: its devices, those added, those taken off.

    Raises:
        Refused: an amount, a day or a search that does not read.
    """
    reasons: list[Refusal] = []
    said: dict[str, Said] = {}
    kept = [device for _, device in lines if not form.text(f"drop-{device.id}")]
    for device in kept:
        typed = {"value": form.text(f"value-{device.id}")}
        read, wrong = parse([_VALUE], typed)
        reasons += [
            Refusal(one.code, f"{device.tag} : {one.message}", f"value-{device.id}")
            for one in wrong
        ]
        value = read.get("value")
        said[device.tag] = Said(
            form.text(f"reason-{device.id}"),
            value if isinstance(value, int) else None,
            form.text(f"method-{device.id}"),
        )
    valued_on = _day_in(form, VALUED_ON, reasons)
    if reasons:
        raise Refused(tuple(reasons))
    return Draft(
        [device.tag for device in kept] + codes_in(form),
        reason=form.text("reason"),
        comment=form.text("comment"),
        account=form.text("account"),
        method=form.text("method"),
        valued_on=valued_on,
        said=said,
        search=search_in(form),
    )


def search_in(form: Typed) -> Search | None:
    """Read which devices to look for; None: none is asked for.

    Raises:
        Refused: it does not read.
    """
    category, state, years = (
        form.text(name) for name in ("category", "state", "over_years")
    )
    if not (category or state or years):
        return None
    reasons = []
    if category and category not in resources.categories():
        message = "« Catégorie » : choix inconnu."
        reasons.append(Refusal("invalid_field", message, "category"))
    wanted = next((one for one in PROPOSABLE if one.value == state), None)
    if state and wanted is None:
        message = "« État » : choix inconnu."
        reasons.append(Refusal("invalid_field", message, "state"))
    over = integer(years) if years else None
    if years and (over is None or over > _OLDEST):
        message = f"« {OVER_YEARS.label} » : un nombre de 0 à {_OLDEST} est attendu."
        reasons.append(Refusal("invalid_field", message, "over_years"))
    if reasons:
        raise Refused(tuple(reasons))
    return Search(category, wanted, over)


def require_nothing_added(form: Typed) -> None:
    """Stop a proposal of devices that nobody has seen on the list yet.

    Raises:
        Refused: codes or criteria are typed.
    """
    if codes_in(form) or search_in(form) is not None:
        message = "Enregistrez d'abord la liste avec ses ajouts, puis proposez-la."
        raise Refused((Refusal("not_saved", message, "codes"),))


def decision_in(
    form: Typed, lines: Sequence[tuple[DecommissionLineRow, DeviceRow]]
) -> Decision:
    """Read a decision: a reason, or a tick, refuses a device.

    Raises:
        Refused: a day that does not read.
    """
    reasons: list[Refusal] = []
    act_on = _day_in(form, ACT_ON, reasons)
    if reasons:
        raise Refused(tuple(reasons))
    refused = {
        device.tag: form.text(f"why-{device.id}")
        for _, device in lines
        if form.text(f"refuse-{device.id}") or form.text(f"why-{device.id}")
    }
    return Decision(form.text("act_number")[:200], act_on, refused)


def owner_in(
    session: Session, desk: Desk, form: Typed, owners: Sequence[OwnerRow]
) -> int:
    """Find whose list a form begins: its devices' owner, the only one, or the chosen.

    Raises:
        Refused: an owner is to be chosen.
    """
    codes = codes_in(form)
    devices = pick(session, desk.viewer, codes).rows if codes else []
    of_devices = {device.owner_id for device in devices}
    chosen = [owner for owner in owners if not of_devices or owner.id in of_devices]
    if len(chosen) > 1:
        chosen = [owner for owner in chosen if owner.siret == form.text("owner")]
    if len(chosen) != 1:
        message = "« Propriétaire » est à choisir : une liste est d'un seul."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return chosen[0].id


def _day_in(form: Typed, field: Field, reasons: list[Refusal]) -> date | None:
    read, wrong = parse([field], {field.name: form.text(field.name)}, lenient=True)
    reasons += wrong
    value = read.get(field.name)
    return date.fromisoformat(value) if isinstance(value, str) else None
