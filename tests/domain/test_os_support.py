"""Operating systems: which one a text names, and until when it is corrected."""

from datetime import date

import pytest

from parc import resources
from parc.domain.entry import DataError
from parc.domain.os_support import parse_systems

SYSTEMS = resources.systems()


@pytest.mark.parametrize(
    ("said", "ends_on"),
    [
        ("Windows 10 Professionnel", date(2025, 10, 14)),
        ("Microsoft Windows 10 Pro 10.0.19045", date(2025, 10, 14)),
        ("Windows 10 Enterprise LTSC 2021", date(2027, 1, 12)),
        ("Microsoft Windows 11 Pro 10.0.22631", date(2025, 11, 11)),
        ("Windows 11 Entreprise 23H2", date(2026, 11, 10)),
        ("WINDOWS® 11 Famille 25h2", date(2027, 10, 12)),
        ("Windows Server 2019 Standard 10.0.17763", date(2029, 1, 9)),
        ("Debian GNU/Linux 12 (bookworm)", date(2028, 6, 30)),
        ("Debian 11.13", date(2026, 8, 31)),
        ("Ubuntu 20.04.6 LTS", date(2025, 5, 31)),
    ],
)
def test_a_text_of_an_inventory_tells_the_end_of_support(
    said: str, ends_on: date
) -> None:
    system = SYSTEMS.named(said)

    assert system is not None
    assert system.ends_on == ends_on


@pytest.mark.parametrize("said", ["Windows 11", "macOS 14.1", "Ubuntu 22.04.3 LTS"])
def test_a_system_without_a_published_day_is_known_and_has_none(said: str) -> None:
    system = SYSTEMS.named(said)

    assert system is not None
    assert system.ends_on is None
    assert system.note


def test_pro_education_ends_as_pro_does() -> None:
    said = SYSTEMS.named("Microsoft Windows 11 Pro Education 24H2")
    pro = SYSTEMS.named("Microsoft Windows 11 Pro 24H2")

    assert said is not None
    assert pro is not None
    assert said.ends_on == pro.ends_on


@pytest.mark.parametrize("said", ["Windows XP", "TempleOS", "", "2019", "12"])
def test_what_is_not_known_is_not_guessed(said: str) -> None:
    assert SYSTEMS.named(said) is None


def test_every_system_is_sourced_dated_and_its_own_first_match() -> None:
    for system in SYSTEMS.systems.values():
        assert system.source.startswith("https://")
        assert system.checked_on is None or system.checked_on <= date(2026, 11, 24)
        for phrases in system.patterns:
            assert SYSTEMS.named(" ".join(phrases)) is system, phrases


def test_kinds_that_have_a_system_exist() -> None:
    assert SYSTEMS.kinds <= resources.categories().keys()


def test_a_system_without_a_day_must_say_why() -> None:
    raw = {
        "kinds": [],
        "noise": [],
        "systems": {
            "beos": {
                "name": "BeOS",
                "patterns": ["BeOS"],
                "source": "https://example.org",
                "checked_on": date(2026, 1, 1),
            }
        },
    }

    with pytest.raises(DataError) as error:
        parse_systems(raw, where="x.yaml")

    assert len(error.value.problems) == 2  # no reason; not in lower case
