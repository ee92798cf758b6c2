"""Files that a person names on the command line: read and written, or refused."""

import errno
from collections.abc import Mapping
from pathlib import Path

from parc.cli.context import refuse

_REASONS: Mapping[int | None, str] = {
    errno.ENOENT: "n'existe pas",
    errno.EACCES: "l'accès est refusé",
    errno.EPERM: "l'accès est refusé",
    errno.EISDIR: "est un dossier",
    errno.ENOTDIR: "passe par un fichier qui n'est pas un dossier",
    errno.EEXIST: "existe déjà et n'est pas un dossier",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota du disque est atteint",
    errno.EROFS: "le disque est en lecture seule",
    errno.EIO: "la lecture ou l'écriture a échoué",
    errno.ENAMETOOLONG: "le nom est trop long",
}


def explained(error: OSError, path: object = None) -> str:
    """Say in French what the system refuses, and about which file."""
    reason = _REASONS.get(error.errno, error.strerror or str(error))
    named = error.filename if path is None else path
    return f"{named} : {reason}." if named else f"Le système refuse : {reason}."


def read_file(path: Path) -> bytes:
    """Read a whole file.

    Raises:
        Refused: it is missing, a folder, or cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        refuse("no_file", f"Fichier introuvable : {path}")
    except OSError as error:
        refuse("unreadable", explained(error, path))


def write_file(path: Path, content: bytes) -> None:
    """Write a file; one of that name is replaced only once all is written.

    Raises:
        Refused: it cannot be written; what was there stays.
    """
    require_place(path)
    # Renaming over a device or a pipe would destroy it.
    partial = path.with_name(f"{path.name}.partial") if _is_plain(path) else path
    try:
        partial.write_bytes(content)
        if partial is not path:
            partial.replace(path)
    except OSError as error:
        if partial is not path:
            partial.unlink(missing_ok=True)
        refuse("unwritable", explained(error, path))


def require_place(path: Path, *, plain: bool = False) -> None:
    """Check that a file can be put there, before long work; `plain`: no device.

    Raises:
        Refused: its folder is missing, or something else is in its place.
    """
    if path.is_dir():
        refuse("folder", f"{path} est un dossier : donnez un nom de fichier.")
    if not path.parent.is_dir():
        refuse("no_folder", f"Dossier introuvable : {path.parent}")
    if plain and not _is_plain(path):
        refuse("no_plain_file", f"{path} n'est pas un fichier ordinaire.")


def _is_plain(path: Path) -> bool:
    return path.is_file() or not path.exists()
