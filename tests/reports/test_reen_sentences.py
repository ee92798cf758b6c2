"""What the annual report says in sentences, above its tables."""

from dataclasses import replace
from datetime import date

import pytest

from reports import reen
from tests.factories import Story, at
from tests.reports.lives import a_year, left, reformed

SPRING, FLOW = date(2026, 4, 1), date(2026, 2, 1)


def _lead(*stories: Story, year: int = 2026, known_on: date | None = None) -> str:
    known_at = at(known_on or date(2027, 6, 1))
    found = reen.lead(a_year(stories, year, known_at=known_at))
    return found.replace("\u00a0", " ")


def test_the_lead_says_the_rate_and_what_is_missing() -> None:
    stock = [reformed() for _ in range(3)]
    gift = left(reformed(), SPRING)

    assert _lead(*stock, gift) == (
        "En 2026, 1 matériel réformé a été réemployé ou réutilisé pour 4 en stock au "
        "1er janvier : 25 %. L'objectif de 50 % n'est pas atteint : il manque "
        "25,0 points."
    )
    assert "n'est pas encore atteint" in _lead(
        *stock, gift, known_on=date(2026, 12, 31)
    )
    assert "n'est pas atteint" in _lead(*stock, gift, known_on=date(2027, 1, 1))


def test_the_lead_says_when_the_target_is_reached() -> None:
    gifts = [left(reformed(), SPRING) for _ in range(2)]

    assert _lead(*gifts).endswith("100 %. L'objectif de 50 % est atteint.")


def test_the_lead_without_stock_gives_the_reason() -> None:
    assert _lead(left(reformed(FLOW), SPRING)) == (
        "En 2026, 1 matériel réformé a été réemployé ou réutilisé. Taux non calculable "
        "(stock nul au 1er janvier)."
    )
    assert _lead() == "2026 : taux non calculable (stock nul au 1er janvier)."


@pytest.mark.parametrize(
    ("reused", "stock", "said"),
    [
        (999, 2_000, "il manque moins de 0,1 point."),
        (499, 1_000, "il manque 0,1 point."),
        (481, 1_000, "il manque 1,9 point."),
        (480, 1_000, "il manque 2,0 points."),
    ],
)
def test_what_is_missing_agrees_with_its_number(
    reused: int, stock: int, said: str
) -> None:
    year = a_year([left(reformed(), SPRING), reformed()])
    gift, held = sorted(year.lines, key=lambda line: not line.standing.counted)
    lines = [gift] * reused + [held] * (stock - reused)
    many = replace(
        year, lines=tuple(replace(line, tag=f"T{n}") for n, line in enumerate(lines))
    )

    assert reen.lead(many).replace("\u00a0", " ").endswith(said)


@pytest.mark.parametrize(
    ("known_on", "state"),
    [(date(2026, 12, 31), "année en cours, "), (date(2027, 1, 1), "")],
)
def test_the_status_says_the_moment_and_that_values_may_move(
    known_on: date, state: str
) -> None:
    found = reen.status(a_year([], known_at=at(known_on)))

    assert found.replace("\u00a0", " ") == (
        f"Situation connue le {known_on:%d/%m/%Y} à 13:00 : {state}"
        "valeurs provisoires, non publiées."
    )
