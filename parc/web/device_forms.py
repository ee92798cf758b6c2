"""Forms of actions: what a page asks for, and what a person sent back.

Fields come from the lifecycle table. A page replaces three kinds by what a
person can type: a site by name, somebody by name, a file. They become a site's
id, an opaque person id and a checksum before the domain sees them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from fastapi import Request
from sqlmodel import Session
from starlette.datastructures import UploadFile

from parc.domain.command import Rules
from parc.domain.device import Device
from parc.domain.fields import Field, Kind, parse
from parc.domain.lifecycle import fields_of
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refusal, Refused
from parc.domain.transitions import FACT_FIELDS, TRANSITIONS
from parc.domain.vocabulary import Action
from parc.storage import documents, people
from parc.storage.tables import SiteRow
from parc.web.recording import Wish

EFFECTIVE_ON = Field(
    "effective_on",
    "Date d'effet",
    Kind.DAY,
    required=True,
    hint="Le jour où c'est arrivé.",
)
NEW_SITE = Field(
    "site_new",
    "Nouveau site",
    hint="S'il manque dans la liste ; ou scannez ici l'étiquette du lieu.",
)
_PERSON_HINT = "Nom de la personne ou du service."
_DOCUMENT_HINT = (
    f"PDF, image, texte ou classeur, {documents.LARGEST >> 20}\u00a0Mio au plus."
)
_MOST_FIELDS = 60
_LONGEST_FIELD = 16 * 1024
_LONGEST_NAME = 200
_LONGEST_VERSION = 9


@dataclass(frozen=True, slots=True)
class Sent:
    """What a form sent: texts by name, and the content of its files."""

    texts: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Input:
    """A field to draw: its value as typed, its error, the choices to offer."""

    field: Field
    value: object = ""
    error: str = ""
    options: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class ActionForm:
    """The form of one action, with what a first try got wrong."""

    action: Action
    inputs: Sequence[Input]
    version: int
    has_file: bool
    is_open: bool = False
    refusals: Sequence[Refusal] = ()

    @property
    def changes_state(self) -> bool:
        """Tell whether the action moves the device to another state."""
        return TRANSITIONS[self.action].changes_state

    @property
    def first_wrong(self) -> str:
        """Name the first input to correct; empty when none is."""
        return next((entry.field.name for entry in self.inputs if entry.error), "")


@dataclass(frozen=True, slots=True)
class Try:
    """A submission that was refused: what to show again, and why."""

    action: Action
    texts: Mapping[str, str]
    refusals: tuple[Refusal, ...]


async def sent(request: Request) -> Sent:
    """Read a form; a dependency, because reading a body is asynchronous."""
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    async with request.form(
        max_files=2, max_fields=_MOST_FIELDS, max_part_size=_LONGEST_FIELD
    ) as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                files[name] = await value.read(documents.LARGEST + 1)
            else:
                texts[name] = value
    return Sent(texts, files)


def action_form(
    action: Action,
    rules: Rules,
    sites: Sequence[SiteRow],
    *,
    version: int,
    device: Device | None = None,
    values: Mapping[str, object] | None = None,
    tried: Try | None = None,
) -> ActionForm:
    """Lay out the form of an action, the refused try in it when there is one."""
    errors = {r.field: r.message for r in tried.refusals if r.field} if tried else {}
    shown: Mapping[str, object] = tried.texts if tried else (values or {})
    inputs = [
        Input(f, shown.get(f.name, ""), errors.get(f.name, ""), options)
        for f, options in _drawn(action, rules, sites, device)
    ]
    day = Input(
        EFFECTIVE_ON,
        shown.get("effective_on", "") or rules.today.isoformat(),
        errors.get("effective_on", ""),
    )
    drawn = {f.field.name for f in inputs} | {"effective_on"}
    others = [r for r in tried.refusals if r.field not in drawn] if tried else []
    return ActionForm(
        action,
        [*inputs, day],
        version,
        has_file=any(f.field.kind is Kind.DOCUMENT for f in inputs),
        is_open=tried is not None,
        refusals=others,
    )


def understood(
    session: Session,
    action: Action,
    form: Sent,
    *,
    owner_id: int,
    rules: Rules,
    known: Mapping[str, object] | None = None,
) -> Wish:
    """Turn what was typed into a wish; sites and people are made when new.

    `known` holds the present facts: an untouched field of « Corriger la fiche »
    is no change. What cannot be read goes into the wish's problems, so that a
    person sees every reason at once.
    """
    details: dict[str, object] = {}
    uploads: list[documents.Upload] = []
    problems: list[Refusal] = []
    for f in TRANSITIONS[action].fields:
        text = form.texts.get(f.name, "").strip()
        new_site = _name(form.texts.get(NEW_SITE.name, ""))
        if f.kind is Kind.DOCUMENT:
            problems += _received(f, form, details, uploads)
        elif f.kind is Kind.SITE and new_site:
            problems += _sited(session, owner_id, f, new_site, details)
        elif f.kind is Kind.PERSON:
            if name := _name(text):
                details[f.name] = people.person_id(session, owner_id, name)
        elif text:
            details[f.name] = text
    if known is not None:
        problems += _emptied(form, known)
        details = _changes(action, rules, details, known)
        if not details and not problems:
            message = "Rien n'a été modifié dans la fiche."
            problems.append(Refusal("nothing_changed", message))
    day, wrong_day = _day(form.texts.get("effective_on", ""), rules.today)
    version, wrong_version = _version(form.texts.get("version", ""))
    told = (*problems, *wrong_day, *wrong_version)
    return Wish(day, details, version, tuple(uploads), told)


def present_facts(device: Device) -> dict[str, object]:
    """Give the facts as « Corriger la fiche » shows them before any change."""
    return {**device.facts, "category": device.category}


def _received(
    f: Field, form: Sent, details: dict[str, object], uploads: list[documents.Upload]
) -> tuple[Refusal, ...]:
    content = form.files.get(f.name, b"")
    if not content:
        return ()
    try:
        upload = documents.examine(content, f.name)
    except Refused as refused:
        return refused.reasons
    uploads.append(upload)
    details[f.name] = upload.sha256
    return ()


def _sited(
    session: Session,
    owner_id: int,
    f: Field,
    typed: str,
    details: dict[str, object],
) -> tuple[Refusal, ...]:
    """Find or make the site that was typed; a place's label is that very place."""
    place = PlaceTag.parse(typed)
    if place is None:
        details[f.name] = people.site_id(session, owner_id, typed)
    elif people.knows_site(session, owner_id, place.number):
        details[f.name] = place.number
    else:
        message = f"« {NEW_SITE.label} » : cette étiquette n'est pas celle d'un site."
        return (Refusal("unknown_reference", message, NEW_SITE.name),)
    return ()


def _changes(
    action: Action,
    rules: Rules,
    details: Mapping[str, object],
    known: Mapping[str, object],
) -> dict[str, object]:
    """Keep what differs from the present facts, and what cannot be read."""
    typed, _ = parse(fields_of(TRANSITIONS[action], rules), details)
    return {
        name: text
        for name, text in details.items()
        if name not in typed or name not in known or typed[name] != known[name]
    }


def _emptied(form: Sent, known: Mapping[str, object]) -> list[Refusal]:
    """Refuse to empty a fact: history adds, it does not erase."""
    emptied = [
        f
        for f in FACT_FIELDS
        if known.get(f.name) not in {None, ""}
        and f.name in form.texts
        and not form.texts[f.name].strip()
    ]
    return [
        Refusal("emptied", f"« {f.label} » ne se vide pas : corrigez-le.", f.name)
        for f in emptied
    ]


def _drawn(
    action: Action, rules: Rules, sites: Sequence[SiteRow], device: Device | None
) -> Iterator[tuple[Field, Sequence[tuple[str, str]]]]:
    """Give each field as a person fills it in, with the choices to offer."""
    for f in fields_of(TRANSITIONS[action], rules):
        if f.kind is Kind.SITE:
            yield f, [(str(site.id), site.name) for site in sites]
            yield NEW_SITE, ()
        elif f.kind is Kind.PERSON:
            yield replace(f, hint=_PERSON_HINT), ()
        elif f.kind is Kind.DOCUMENT:
            yield replace(f, hint=_DOCUMENT_HINT), ()
        elif f.name == "serial" and action is Action.SETTLE_MEDIUM and device:
            yield _medium_choice(f, device), ()
        else:
            yield f, ()


def _medium_choice(f: Field, device: Device) -> Field:
    """Offer the media that wait; none described: any serial may be typed."""
    waiting = tuple((m.serial, m.serial) for m in device.unsettled_media)
    if not waiting:
        return f
    return replace(f, kind=Kind.CHOICE, choices=waiting, hint="")


def _name(text: str) -> str:
    """Keep what can be read of a name: it is stored apart, the domain never sees it."""
    return "".join(c for c in text if c.isprintable()).strip()[:_LONGEST_NAME]


def _day(text: str, today: date) -> tuple[date, list[Refusal]]:
    try:
        return date.fromisoformat(text.strip()), []
    except ValueError:
        message = f"« {EFFECTIVE_ON.label} » est à renseigner (AAAA-MM-JJ)."
        return today, [Refusal("invalid_field", message, EFFECTIVE_ON.name)]


def _version(text: str) -> tuple[int | None, list[Refusal]]:
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_VERSION:
        return int(text), []
    if not text:
        return None, []
    return None, [Refusal("invalid_field", "Version illisible.", "version")]
