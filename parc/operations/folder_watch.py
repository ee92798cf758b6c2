"""A folder whose files are imported as they come, once they are whole.

Nothing tells when a file copied to a share has come to its end: a file is taken
when neither its size nor its date has changed for a while. What has been read
is moved beside, never deleted.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

QUIET = timedelta(seconds=10)
"""Without a change for so long, a file is taken to be whole."""

PATIENCE = timedelta(minutes=2)
"""How long a damaged file may still be on its way."""

DONE, REFUSED, TO_CORRECT = "importés", "refusés", "à corriger"
_UNFINISHED = (".part", ".partial", ".tmp", ".crdownload", ".download", ".filepart")
_HIDDEN = (".", "~")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a file looked like, and since when."""

    size: int
    changed: int
    since: datetime


@dataclass(slots=True)
class Watch:
    """Remembers what a folder's files looked like, from one look to the next."""

    folder: Path
    _seen: dict[str, Seen] = field(default_factory=dict)

    def whole(self, now: datetime) -> Iterator[Path]:
        """Look at the folder; give the files that have been quiet long enough."""
        present = {path.name: path for path in self._files()}
        for gone in self._seen.keys() - present.keys():
            del self._seen[gone]
        for name, path in sorted(present.items()):
            try:
                looks = path.stat()
            except OSError:  # moved away between the two looks
                continue
            before = self._seen.get(name)
            same = before is not None and (before.size, before.changed) == (
                looks.st_size,
                looks.st_mtime_ns,
            )
            if before is None or not same:
                self._seen[name] = Seen(looks.st_size, looks.st_mtime_ns, now)
            elif looks.st_size and now - before.since >= QUIET:
                yield path

    def may_still_come(self, path: Path, now: datetime) -> bool:
        """Tell whether a file that cannot be read may be still on its way."""
        seen = self._seen.get(path.name)
        return seen is not None and now - seen.since < PATIENCE

    def put_away(self, path: Path, where: str, now: datetime) -> Path:
        """Move a file that has been dealt with; an older one keeps its place."""
        target = self.folder / where / path.name
        target.parent.mkdir(exist_ok=True)
        if target.exists():
            stamped = f"{path.stem}-{now:%Y%m%d-%H%M%S}{path.suffix}"
            target = target.with_name(stamped)
        path.replace(target)
        self._seen.pop(path.name, None)
        return target

    def _files(self) -> Iterator[Path]:
        for path in self.folder.iterdir():
            hidden = path.name.startswith(_HIDDEN)
            if path.is_file() and not hidden and path.suffix.lower() not in _UNFINISHED:
                yield path
