"""A record says what its category still misses."""

from parc import resources
from parc.domain.completeness import missing_facts
from parc.domain.transitions import FACT_NAMES
from tests.factories import Story, registration

CATEGORIES = resources.categories()


def test_a_full_record_misses_nothing() -> None:
    assert missing_facts(Story().device, CATEGORIES["laptop"]) == ()


def test_what_is_missing_is_named_in_the_order_of_the_record() -> None:
    story = Story(registration(serial=None, model=None))

    missing = missing_facts(story.device, CATEGORIES["laptop"])

    assert [field.name for field in missing] == ["serial", "model"]


def test_every_category_asks_for_facts_that_exist() -> None:
    asked = {name for kind in CATEGORIES.values() for name in kind.mandatory}

    assert "serial" in asked
    assert asked <= FACT_NAMES
