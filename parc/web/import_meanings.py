"""What the words of a file mean: those that parc does not know, said once for all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from sqlmodel import Session

from imports import UnreadableError
from imports.survey import SeenWord, SeenWords, words_of
from imports.words import KINDS, Groups, groups, meanings
from parc.domain.refusal import Refusal, Refused
from parc.operations import mapping
from parc.operations.mapping import Reading
from parc.storage import mappings
from parc.storage.database import reading
from parc.web import rendering
from parc.web.background import BackgroundDep
from parc.web.deps import EngineDep, ReadSession, SettingsDep, Transaction
from parc.web.devices import AtDesk
from parc.web.import_mapping import (
    WideForm,
    begin,
    content_of,
    read_again,
    waiting,
)
from parc.web.imports import Batch

router = APIRouter()

PAGE = 50
"""Words on a page."""


@dataclass(frozen=True, slots=True)
class WordLine:
    """A word to give a meaning to: what was told of it, what parc reads by itself.

    `near`: meanings whose words look like this one, as (value, label).
    """

    word: str
    shown: str
    count: int | None
    told: str
    own: str
    near: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class KindTab:
    """A kind of words: its French name, how many there are, how many are unknown."""

    kind: str
    label: str
    total: int
    unknown: int


@router.get("/imports/{key}/words")
def show_words(  # noqa: PLR0917 - what FastAPI gives, then the address
    request: Request,
    session: ReadSession,
    settings: SettingsDep,
    desk: AtDesk,
    key: str,
    kind: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """Show the words of a file by kind, the unknown first, then the most frequent."""
    batch = waiting(session, desk, key)
    seen = _seen(session, batch, content_of(settings, key))
    tabs = _tabs(seen)
    shown_kind = kind if kind in seen.kinds else next((t.kind for t in tabs), "")
    told = _told(session, batch, seen.origin).get(shown_kind, {})
    # What is said stays where it was: the next page must not skip words.
    words = sorted(
        seen.kinds.get(shown_kind, ()),
        key=lambda w: w.word not in told and bool(w.meaning or w.is_silent),
    )
    known = seen.known.get(shown_kind, {})
    return rendering.page(
        request,
        "imports/words.html",
        batch=batch,
        tabs=tabs,
        kind=shown_kind,
        lines=[
            line_of(shown_kind, word, told.get(word.word, ""), known)
            for word in words[(page - 1) * PAGE : page * PAGE]
        ],
        groups=groups_of(shown_kind),
        page=page,
        more=len(words) > page * PAGE,
    )


@router.post("/imports/{key}/words")
def save_words(
    *,
    request: Request,
    transaction: Transaction,
    engine: EngineDep,
    settings: SettingsDep,
    background: BackgroundDep,
    desk: AtDesk,
    form: WideForm,
    key: str,
) -> Response:
    """Remember what words mean, for every list of that origin; read the file again."""
    with reading(engine) as session:
        waiting(session, desk, key)
    content = content_of(settings, key)
    kind = form.get("kind", "")
    told = mapping.checked_words(kind, said_in(form))
    with transaction() as session:
        batch = waiting(session, desk, key)
        seen = _seen(session, batch, content)
        owner, actor = batch.row.owner_id, desk.viewer.actor
        mappings.keep_words(session, owner, seen.origin, {kind: told}, actor, desk.now)
        job = read_again(session, desk, batch)
    begin(background, job, content)
    notice = "Ces mots sont mémorisés : le fichier est relu."
    onward = form.get("next", "")
    if onward.isascii() and onward.isdigit():
        address = f"/imports/{key}/words?kind={kind}&page={onward[:4]}"
    else:
        address = f"/imports/{key}"
    return rendering.redirect(request, address, notice)


def said_in(form: Mapping[str, str]) -> dict[str, str]:
    """Read the words of a form, numbered, each with the meaning chosen for it."""
    return {
        form[f"word-{place}"]: form.get(f"meaning-{place}", "")
        for place in range(PAGE)
        if f"word-{place}" in form
    }


def line_of(kind: str, word: SeenWord, told: str, known: Mapping[str, str]) -> WordLine:
    """Make the line of a word of a file."""
    labels = meanings(kind, mapping.categories())
    own = labels.get(word.meaning, "") if not told else ""
    if not own and word.is_silent and not told:
        own = "ne dit rien de l'état"
    is_unknown = not (word.meaning or word.is_silent or told)
    close = mapping.near(kind, word.word, known) if is_unknown else ()
    near = [(meaning, labels[meaning]) for meaning in close if meaning in labels]
    return WordLine(word.word, word.shown, word.count, told, own, near)


def groups_of(kind: str) -> Groups:
    """Give the meanings to choose from; none without a kind."""
    return groups(kind, mapping.categories()) if kind else ()


def _seen(session: Session, batch: Batch, content: bytes) -> SeenWords:
    options = mapping.options_for(session, batch.row.owner_id, Reading())
    try:
        return words_of(content, options)
    except UnreadableError as error:
        raise Refused((Refusal(error.code, str(error)),)) from None


def _told(
    session: Session, batch: Batch, origin: str
) -> Mapping[str, Mapping[str, str]]:
    return mapping.memory_of(session, batch.row.owner_id).words_of(origin)


def _tabs(seen: SeenWords) -> list[KindTab]:
    """List the kinds that the file has words of, those with unknown words first."""
    tabs = [
        KindTab(
            kind,
            KINDS[kind],
            len(words),
            sum(not (word.meaning or word.is_silent) for word in words),
        )
        for kind, words in seen.kinds.items()
        if words
    ]
    return sorted(tabs, key=lambda tab: not tab.unknown)
