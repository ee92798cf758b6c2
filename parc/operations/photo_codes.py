"""The codes of a photo, and what each stands for to whoever took it."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from parc.domain.access import Viewer
from parc.domain.decoded import Code
from parc.domain.scan_code import Verdict
from parc.operations.decoding import decode
from parc.operations.resolving import Resolved, resolve_many
from parc.storage.database import reading


@dataclass(frozen=True, slots=True)
class Seen:
    """One code of a photo and what it comes to."""

    code: Code
    resolved: Resolved


@dataclass(frozen=True, slots=True)
class PhotoCodes:
    """All that a photo shows; `contradicted`: a code was seen, and not believed."""

    seen: tuple[Seen, ...]
    contradicted: bool = False

    @property
    def sure(self) -> Seen | None:
        """Give the one code to act on: the only thing shown, and beyond doubt.

        A label of ours says so itself; any other code must be alone on the photo.
        """
        things = {_thing(one.resolved) for one in self.seen} - {None}
        if len(things) != 1:
            return None
        known = [one for one in self.seen if _thing(one.resolved) is not None]
        if any(one.resolved.resolution.verdict is not Verdict.ONE for one in known):
            return None
        first = known[0]
        return first if first.code.ours or len(self.seen) == 1 else None


def read_photo(engine: Engine, viewer: Viewer, content: bytes) -> PhotoCodes:
    """Decode a photo until one of its codes is known to the viewer.

    Raises:
        Refused: no photo, too large, too many at once.
    """

    def is_known(codes: Sequence[Code]) -> bool:
        return any(_thing(one.resolved) for one in _resolved(engine, viewer, codes))

    photo = decode(content, is_known)
    return PhotoCodes(_resolved(engine, viewer, photo.codes), photo.contradicted)


def _resolved(
    engine: Engine, viewer: Viewer, codes: Sequence[Code]
) -> tuple[Seen, ...]:
    with reading(engine) as session:
        found = resolve_many(session, viewer, [code.text for code in codes])
    return tuple(Seen(code, found[code.text]) for code in codes)


def _thing(resolved: Resolved) -> object | None:
    """Name what a code stands for: one thing, or those it may be."""
    resolution = resolved.resolution
    if resolution.match is not None:
        return (resolution.match.kind, resolution.match.key)
    return tuple(resolution.candidates) or None
