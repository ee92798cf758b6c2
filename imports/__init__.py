"""Foreign files in, device records out: bytes, no database, no web."""

from imports.extract import Extract, Options, extract
from imports.sheet import UnreadableError

__all__ = ["Extract", "Options", "UnreadableError", "extract"]
