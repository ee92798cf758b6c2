"""The command line: parses, calls, prints. Messages in French, options in English."""

from parc.cli.program import main

__all__ = ["main"]
