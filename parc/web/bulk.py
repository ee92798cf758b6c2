"""Any action on a list of devices: gather them, choose, see who can, do it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlmodel import Session
from starlette.datastructures import UploadFile

from parc.config import Settings
from parc.domain.command import Rules
from parc.domain.fields import Kind, parse
from parc.domain.lifecycle import fields_of
from parc.domain.place_tag import PlaceTag
from parc.domain.refusal import Refusal, Refused
from parc.domain.transitions import TRANSITIONS
from parc.domain.vocabulary import Action, VoidKind
from parc.operations import bulk_jobs, selection
from parc.operations.bulk import Wish
from parc.operations.selection import DOERS, FOR_MANY, MOST, Selection, Survey
from parc.storage import documents, people
from parc.storage.database import reading
from parc.storage.device_list import every
from parc.storage.devices import owners_seen
from parc.storage.tables import JobRow, SiteRow
from parc.web import batches, code_lists, rendering
from parc.web.background import BackgroundDep
from parc.web.deps import EngineDep, ReadSession, SettingsDep, Transaction
from parc.web.device_filters import filters_of, read
from parc.web.device_forms import NEW_SITE, Sent, Try, action_form, understood
from parc.web.devices import AtDesk
from parc.web.errors import ForbiddenError, NotFoundError
from parc.web.recording import Desk

router = APIRouter()

_MOST_FIELDS = 300
_NAMED = 50
"""Devices named beside a reason; the results name them all."""


@dataclass(frozen=True, slots=True)
class Listed(Sent):
    """What a form sent, and the devices ticked in it."""

    tags: Sequence[str] = ()


async def listed(request: Request) -> Listed:
    """Read a form that may hold a long list."""
    texts: dict[str, str] = {}
    files: dict[str, bytes] = {}
    async with request.form(
        max_files=2, max_fields=_MOST_FIELDS, max_part_size=code_lists.LARGEST
    ) as form:
        tags = [tag for tag in form.getlist("tag") if isinstance(tag, str)]
        for name, value in form.items():
            if isinstance(value, UploadFile):
                files[name] = await value.read(documents.LARGEST + 1)
            else:
                texts[name] = value
    return Listed(texts, files, tags)


Form = Annotated[Listed, Depends(listed)]


@router.get("/bulk")
def begin(request: Request, session: ReadSession, desk: AtDesk) -> Response:
    """Ask for a list of devices; show the latest ones that were acted on.

    Raises:
        ForbiddenError: no role that acts on devices.
    """
    _require_doer(desk)
    return _gathering(request, session, desk)


@router.post("/bulk")
def gather(
    request: Request, session: ReadSession, desk: AtDesk, form: Form
) -> Response:
    """Read the list; offer actions, or show who can do the one that was chosen."""
    _require_doer(desk)
    try:
        picked = _selection(session, desk, form)
    except Refused as refused:
        return _gathering(request, session, desk, refused.reasons)
    if name := form.texts.get("action", ""):
        return _confirming(request, session, desk, picked, _action(name))
    return rendering.page(
        request,
        "bulk/choose.html",
        picked=picked,
        actions=_counted(desk, picked),
        unknown=[p for p in picked.picked if not p.devices],
        ambiguous=[p for p in picked.picked if p.devices and p.row is None],
    )


@router.post("/bulk/act")
def act(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    settings: SettingsDep,
    background: BackgroundDep,
    desk: AtDesk,
    form: Form,
) -> Response:
    """Do the action on the whole list, or show again what is to be corrected."""
    _require_doer(desk)
    action = _action(form.texts.get("action", ""))
    with reading(engine) as session:
        picked = selection.pick(session, desk.viewer, _carried(form))
    try:
        with transaction() as session:
            job = _asked(session, desk, settings, picked, action, form)
    except Refused as refused:
        tried = Try(action, form.texts, refused.reasons)
        with reading(engine) as session:
            return _confirming(request, session, desk, picked, action, tried)
    small = len(picked.picked) <= bulk_jobs.AT_ONCE
    background.begin(job.id, at_once=small)
    return rendering.redirect(request, f"/bulk/{job.id}")


def _require_doer(desk: Desk) -> None:
    if not desk.viewer.holds(*DOERS):
        raise ForbiddenError


def _action(name: str) -> Action:
    found = next((action for action in FOR_MANY if action.value == name), None)
    if found is None:
        raise NotFoundError
    return found


def _counted(desk: Desk, picked: Selection) -> list[tuple[Action, int]]:
    """List the actions that change the state first, then the others."""
    counts = selection.open_to(desk.viewer, picked.rows)
    return sorted(counts.items(), key=lambda i: not TRANSITIONS[i[0]].changes_state)


def _selection(session: Session, desk: Desk, form: Listed) -> Selection:
    pasted = code_lists.in_text(form.texts.get("codes", ""))
    codes = [*form.tags, *_carried(form), *pasted]
    if content := form.files.get("file"):

        def known(sample: Sequence[str]) -> int:
            return len(selection.pick(session, desk.viewer, sample).rows)

        codes += code_lists.in_file(content, known)
    if form.texts.get("all"):
        codes += _filtered(session, desk, form.texts.get("filter", ""))
    return selection.pick(session, desk.viewer, codes)


def _carried(form: Listed) -> list[str]:
    """Read the list that goes from step to step: other tools' tags hold commas."""
    return form.texts.get("list", "").split("\n")


def _filtered(session: Session, desk: Desk, query: str) -> list[str]:
    """List the tags that the filters of a list let through; one too many will do."""
    filters, _ = filters_of(read(query), owners_seen(session, desk.viewer))
    tags: list[str] = []
    for batch in every(session, desk.viewer, filters, desk.today):
        # The tag of a merged device is that of the kept one: not what was listed.
        tags += [row.tag for row in batch if row.void != VoidKind.MERGED]
        if len(tags) > MOST:
            break
    return tags


def _gathering(
    request: Request,
    session: Session,
    desk: Desk,
    reasons: tuple[Refusal, ...] = (),
) -> Response:
    return rendering.page(
        request,
        "bulk/gather.html",
        status_code=422 if reasons else 200,
        reasons=reasons,
        most=MOST,
        recent=batches.recent(session, desk),
    )


def _confirming(  # noqa: PLR0917 - the page, whose, of what, and what went wrong
    request: Request,
    session: Session,
    desk: Desk,
    picked: Selection,
    action: Action,
    tried: Try | None = None,
) -> Response:
    found = selection.survey(session, desk, picked.rows, action)
    owner_ids = {row.owner_id for row in found.possible or picked.rows}
    rules = selection.rules_by_owner(session, owner_ids, desk.today)
    form = None
    if rules and found.possible:
        form = action_form(
            action,
            next(iter(rules.values())),
            _sites(session, owner_ids),
            version=0,
            tried=tried,
        )
    return rendering.page(
        request,
        "bulk/confirm.html",
        status_code=422 if tried else 200,
        action=action,
        picked=picked,
        found=found,
        form=form,
        missing=[p for p in picked.picked if p.row is None],
        named=_NAMED,
        reasons=tried.refusals if tried and not form else (),
    )


def _sites(session: Session, owner_ids: set[int]) -> list[SiteRow]:
    """List the sites to choose from, those of one name once."""
    by_name: dict[str, SiteRow] = {}
    for site in people.sites(session, owner_ids):
        by_name.setdefault(site.name, site)
    return list(by_name.values())


def _asked(  # noqa: PLR0917 - whose, where, of what, what
    session: Session,
    desk: Desk,
    settings: Settings,
    picked: Selection,
    action: Action,
    form: Listed,
) -> JobRow:
    """Put the action in the queue; sites and people are made where it may happen.

    Raises:
        Refused: what the form says cannot be read; nothing must be committed.
    """
    found = selection.survey(session, desk, picked.rows, action)
    wish = _wish(session, desk, picked, found, action, form)
    job = bulk_jobs.ask(session, desk.viewer, desk.now, picked, wish)
    if wish.upload is not None:
        path = bulk_jobs.file_of(settings, job.id)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(wish.upload.content)
    return job


def _wish(  # noqa: PLR0917 - as above
    session: Session,
    desk: Desk,
    picked: Selection,
    found: Survey,
    action: Action,
    form: Listed,
) -> Wish:
    all_rules = selection.rules_by_owner(
        session, {row.owner_id for row in picked.rows}, desk.today
    )
    # A site or a person is made only for an owner whose devices can take it.
    able = {row.owner_id for row in (*found.possible, *found.already)}
    typed = _with_place(session, form.texts, able)
    chosen = typed.get("site", "")
    details: dict[int, Mapping[str, object]] = {}
    problems: dict[int, tuple[Refusal, ...]] = {}
    wish = Wish(action, desk.today, details, problems)
    for owner_id in able:
        texts = {**typed, "version": ""}
        if chosen:
            texts["site"], problems[owner_id] = _own_site(session, chosen, owner_id)
        rules = all_rules[owner_id]
        read_form = understood(
            session, action, Sent(texts, form.files), owner_id=owner_id, rules=rules
        )
        _require_readable(action, read_form.details, read_form.problems, rules)
        if read_form.effective_on > desk.today:
            message = "La date d'effet est dans le futur."
            raise Refused((Refusal("future_date", message, "effective_on"),))
        details[owner_id] = read_form.details
        upload = next(iter(read_form.uploads), None)
        wish = replace(wish, effective_on=read_form.effective_on, upload=upload)
    for owner_id in all_rules.keys() - able:
        details[owner_id] = _plain(action, form, wish.upload)
    return wish


def _plain(
    action: Action, form: Listed, upload: documents.Upload | None
) -> dict[str, object]:
    """Read a form for devices that cannot take it: nothing is made for them."""
    given: dict[str, object] = {}
    for f in TRANSITIONS[action].fields:
        text = form.texts.get(f.name, "").strip()
        if f.kind is Kind.DOCUMENT and upload is not None:
            given[f.name] = upload.sha256
        elif text and f.kind not in {Kind.DOCUMENT, Kind.SITE, Kind.PERSON}:
            given[f.name] = text
    return given


def _require_readable(
    action: Action,
    details: Mapping[str, object],
    problems: tuple[Refusal, ...],
    rules: Rules,
) -> None:
    """Refuse the form as a whole, rather than each device for the same reason."""
    told = {problem.field for problem in problems}
    _, refusals = parse(fields_of(TRANSITIONS[action], rules), details)
    reasons = (*problems, *(r for r in refusals if r.field not in told))
    if action in {Action.DESCRIBE, Action.MOVE} and not details and not reasons:
        message = "Rien à changer : remplissez au moins un champ."
        reasons = (Refusal("nothing_changed", message),)
    if reasons:
        raise Refused(reasons)


def _with_place(
    session: Session, texts: Mapping[str, str], owner_ids: set[int]
) -> dict[str, str]:
    """Take the label of a place, scanned as a new site, for the site that it is.

    By its name, each owner finds its own: devices of several owners move together.
    """
    place = PlaceTag.parse(texts.get(NEW_SITE.name, ""))
    if place is None or not any(
        people.knows_site(session, owner_id, place.number) for owner_id in owner_ids
    ):
        return dict(texts)
    return {**texts, NEW_SITE.name: "", "site": str(place.number)}


def _own_site(
    session: Session, chosen: str, owner_id: int
) -> tuple[str, tuple[Refusal, ...]]:
    """Find, among an owner's sites, the one that was chosen in the common list."""
    plain = chosen.isascii() and chosen.isdigit() and len(chosen) <= 9  # noqa: PLR2004 - digits of a key
    names = people.site_names(session, [int(chosen)]) if plain else {}
    name = next(iter(names.values()), None)
    own = {site.name: site.id for site in people.sites(session, [owner_id])}
    if name in own:
        return str(own[name]), ()
    message = "« Site » : ce site n'est pas connu de ce propriétaire."
    return "", (Refusal("unknown_reference", message, "site"),)
