"""Imports at the same moment: one after the other, nothing made twice."""

import threading

from sqlalchemy import Engine

from tests.factories import LENS, LOOS
from tests.operations.imported import counts, imported, sheet, tags


def at_once(engine: Engine, jobs: list[tuple[str, bytes]]) -> list[tuple[int, ...]]:
    """Import files in as many threads, that begin together; give their counts."""
    gate = threading.Barrier(len(jobs))
    outcomes: list[tuple[int, ...]] = []

    def one(owner: str, content: bytes) -> None:
        gate.wait()
        outcomes.append(counts(imported(engine, content, owner=owner)))

    threads = [threading.Thread(target=one, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def test_the_same_file_twice_at_once_makes_each_device_once(parc: Engine) -> None:
    rows = [f";S-{n};PC portable;Dell;X" for n in range(40)]

    outcomes = at_once(parc, [(LENS, sheet(*rows))] * 3)

    assert outcomes == [(0, 0, 40, 0, 0), (0, 0, 40, 0, 0), (40, 0, 0, 0, 0)]
    assert len(tags(parc)) == 40


def test_an_owner_s_first_two_imports_may_come_at_once(parc: Engine) -> None:
    content = [sheet(f"PC-{n};S-{n};PC portable;Dell;X") for n in range(2)]

    outcomes = at_once(parc, [(LOOS, one) for one in content])

    assert outcomes == [(1, 0, 0, 0, 0)] * 2


def test_two_owners_with_the_same_tags_may_come_at_once(parc: Engine) -> None:
    lens = sheet(*(f"PC-{n};S-{n};PC portable;Dell;X" for n in range(40)))
    loos = sheet(*(f"PC-{n};T-{n};PC portable;Dell;X" for n in range(40)))

    outcomes = at_once(parc, [(LENS, lens), (LOOS, loos)])

    assert outcomes == [(40, 0, 0, 0, 0)] * 2
    assert len(tags(parc)) == 80
