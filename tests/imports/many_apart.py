"""Runs the program that opens a workbook apart, many times without starting anew.

It forks for each file: the program itself, its limits and the library are the real
ones, and what starting Python costs is paid once. Lines in: the paths of a workbook
and of where to write. A line out: how the program ended.
"""

import os
import sys

import python_calamine  # noqa: F401 - what each fork would load

from imports import apart_child


def main(limits: list[int]) -> None:
    """Answer each line."""
    for line in sys.stdin:
        read, written = line.rstrip("\n").split("\t")
        child = os.fork()
        if child == 0:
            _run(read, written, limits)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{status}\n")
        sys.stdout.flush()


def _run(read: str, written: str, limits: list[int]) -> None:
    """Be the program, on files in the place of its standard input and output."""
    os.dup2(os.open(read, os.O_RDONLY), 0)
    os.dup2(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    status = 1
    try:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        apart_child.main(*limits)
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(list(map(int, sys.argv[1:])))
