"""What the forms of slips send: a new slip, a draft corrected, a signature."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile

from parc.domain.custody import SlipKind
from parc.domain.drawn_signature import parse_signature
from parc.domain.fields import Field, Kind, choices_of
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refusal, Refused
from parc.operations.selection import pick
from parc.operations.slip_signing import LARGEST_SCAN, Signed, scanned
from parc.operations.slips import Draft
from parc.storage import people, person_list
from parc.storage.slip_tables import SlipLineRow
from parc.storage.tables import DeviceRow, OwnerRow
from parc.web import code_lists
from parc.web.recording import Desk

KIND = Field(
    "kind", "Sorte de bon", Kind.CHOICE, required=True, choices=choices_of(SlipKind)
)
OWNER = Field("owner", "Propriétaire", Kind.CHOICE, required=True)
NAME = Field("name", "Personne ou service", hint="Nom de la personne ou du service.")
ON = Field(
    "effective_on",
    "Date d'effet",
    Kind.DAY,
    required=True,
    hint="Le jour où le matériel change de mains.",
)
DUE = Field("due_on", "À rendre le", Kind.DAY, hint="Pour un prêt.")
SITE = Field("site", "Site", Kind.SITE, hint="Où le matériel sera ; vide : inchangé.")
COMMENT = Field("comment", "Observations", Kind.LONG_TEXT, hint="Reprises sur le bon.")
CODES = Field(
    "codes",
    "Matériels",
    Kind.LONG_TEXT,
    hint="Étiquettes ou numéros de série, scannés ou collés, un par ligne ; "
    "l'étiquette d'un lieu dit le site.",
)
REASON = Field("reason", "Motif", Kind.LONG_TEXT, required=True)
SCAN = Field(
    "scan",
    "Bon signé, numérisé",
    Kind.DOCUMENT,
    required=True,
    hint=f"PDF, PNG ou JPEG, {LARGEST_SCAN >> 20}\u00a0Mio au plus.",
)
_MOST_FIELDS = 4_000
_LONGEST_ID = 9
_NAME_LENGTH = 200


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form sent: texts, those with several values, the scan's content."""

    texts: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    scan: bytes = b""

    def text(self, name: str) -> str:
        """Give a text, without the spaces around it."""
        return self.texts.get(name, "").strip()

    def ticked(self, name: str) -> Sequence[str]:
        """Give the values of boxes of one name."""
        return self.lists.get(name, ())


async def typed(request: Request) -> Typed:
    """Read a form with many boxes."""
    texts: dict[str, str] = {}
    lists: dict[str, list[str]] = {}
    scan = b""
    async with request.form(
        max_files=1, max_fields=_MOST_FIELDS, max_part_size=code_lists.LARGEST
    ) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                scan = await value.read(LARGEST_SCAN + 1)
            else:
                texts[name] = value
                lists.setdefault(name, []).append(value)
    return Typed(texts, lists, scan)


Form = Annotated[Typed, Depends(typed)]


def codes_in(form: Typed) -> list[str]:
    """Gather codes: ticked in a list, carried along, scanned or pasted."""
    carried = form.texts.get("list", "").split("\n")
    return [
        code
        for code in (
            *form.ticked("tag"),
            *(line.strip() for line in carried),
            *code_lists.in_text(form.texts.get("codes", "")),
        )
        if code.strip() and PlaceTag.parse(code) is None
    ]


def place_in(form: Typed) -> int | None:
    """Give the site whose label was scanned among the devices; the last one counts."""
    scanned_codes = code_lists.in_text(form.texts.get("codes", ""))
    places = [place for code in scanned_codes if (place := PlaceTag.parse(code))]
    return places[-1].number if places else None


def kind_in(form: Typed) -> SlipKind | None:
    """Give the kind that was chosen."""
    wanted = form.text("kind")
    return next((kind for kind in SlipKind if kind.value == wanted), None)


def first_draft(form: Typed) -> Draft:
    """Read what a new slip says.

    Raises:
        Refused: a day or a site that does not read.
    """
    on, due, site = _days_and_site(form)
    return Draft(
        on,
        codes_in(form),
        due_on=due,
        site_id=site,
        comment=form.text("comment"),
        all_back=True,
    )


def corrected_draft(
    form: Typed, lines: Sequence[tuple[SlipLineRow, DeviceRow]]
) -> Draft:
    """Read a draft that was corrected: its devices, those added, those taken off.

    Raises:
        Refused: a day or a site that does not read.
    """
    on, due, site = _days_and_site(form)
    kept = [device for _, device in lines if not form.text(f"drop-{device.id}")]
    for_all = list(form.ticked("acc-all"))
    return Draft(
        on,
        [device.tag for device in kept] + codes_in(form),
        due_on=due,
        site_id=site,
        comment=form.text("comment"),
        notes={one.tag: form.text(f"note-{one.id}") for one in kept},
        targets={one.tag: form.text(f"target-{one.id}") for one in kept},
        ticked={one.tag: [*form.ticked(f"acc-{one.id}"), *for_all] for one in kept},
    )


def person_in(
    session: Session, desk: Desk, form: Typed, owners: Sequence[OwnerRow]
) -> str:
    """Find or make the person that a form names; a return may leave it unsaid.

    Raises:
        Refused: nobody, somebody unknown, an owner to choose.
    """
    if key := form.text("person"):
        row = person_list.find(session, desk.viewer, key)
        if row is not None:
            return row.id
        message = "« Personne ou service » : personne inconnue."
        raise Refused((Refusal("unknown_reference", message, "name"),))
    codes = codes_in(form)
    devices = pick(session, desk.viewer, codes).rows if codes else []
    name = "".join(c for c in form.text("name") if c.isprintable())[:_NAME_LENGTH]
    if not name.strip():
        holders = {device.holder for device in devices}
        if kind_in(form) is SlipKind.RETURN and len(holders) == 1:
            (holder,) = holders
            if holder is not None:
                return holder
        message = "« Personne ou service » est à renseigner."
        raise Refused((Refusal("missing_field", message, "name"),))
    owner_ids = {device.owner_id for device in devices}
    chosen = [owner for owner in owners if owner.id in owner_ids] if devices else owners
    siret = form.text("owner")
    if len(chosen) > 1:
        chosen = [owner for owner in chosen if owner.siret == siret]
    if len(chosen) != 1:
        message = "« Propriétaire » est à choisir."
        raise Refused((Refusal("missing_field", message, "owner"),))
    return people.person_id(session, chosen[0].id, name)


def signature_in(form: Typed) -> Signed:
    """Read a signature: a scan when there is one, else what was drawn.

    Raises:
        Refused: neither reads.
    """
    if form.scan:
        return Signed(scan=scanned(form.scan))
    if form.text("how") == "paper":
        message = "« Bon signé, numérisé » : choisissez le fichier."
        raise Refused((Refusal("missing_field", message, "scan"),))
    try:
        return Signed(drawn=parse_signature(form.texts.get("signature", "")))
    except ValueError as error:
        raise Refused((Refusal("invalid_field", str(error), "signature"),)) from None


def integer(text: str) -> int | None:
    """Read a row id."""
    plain = text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID
    return int(text) if plain else None


def _days_and_site(form: Typed) -> tuple[date, date | None, int | None]:
    reasons = []
    days: dict[str, date | None] = {}
    for one in (ON, DUE):
        text = form.text(one.name)
        try:
            days[one.name] = date.fromisoformat(text) if text else None
        except ValueError:
            days[one.name] = None
            message = f"« {one.label} » : date attendue (AAAA-MM-JJ)."
            reasons.append(Refusal("invalid_field", message, one.name))
    on = days[ON.name]
    if on is None and not reasons:
        message = f"« {ON.label} » est à renseigner."
        reasons.append(Refusal("missing_field", message, ON.name))
    site = form.text("site")
    if site and integer(site) is None:
        message = "« Site » : choix inconnu."
        reasons.append(Refusal("invalid_field", message, "site"))
    if reasons or on is None:
        raise Refused(tuple(reasons))
    return on, days[DUE.name], place_in(form) or (integer(site) if site else None)
