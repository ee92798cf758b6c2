"""The cards of the bench: understood as such, and never anything else."""

import pytest

from parc.domain.asset_tag import AssetTag
from parc.domain.mode_card import cards, looks_like_card, read
from parc.domain.place_tag import PlaceTag
from parc.domain.transitions import TRANSITIONS


@pytest.mark.parametrize("code", list(cards()))
def test_a_card_reads_as_itself_in_any_case_and_as_nothing_else(code: str) -> None:
    card = read(f" {code.lower()} ")

    assert card is not None
    assert card.code == code
    assert AssetTag.parse(code) is None
    assert PlaceTag.parse(code) is None


@pytest.mark.parametrize("card", cards().values(), ids=lambda card: card.word)
def test_a_card_asks_for_nothing_that_a_scanner_cannot_give(card: object) -> None:
    for known in cards().values():
        if known.action is None:
            continue
        transition = TRANSITIONS[known.action]
        needed = {field.name for field in transition.fields if field.required}
        assert needed <= set(known.details)
        assert known.target is None or known.target in transition.targets


def test_a_wrong_check_character_is_no_card() -> None:
    for code in cards():
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
        assert read(wrong) is None
        assert looks_like_card(wrong)


def test_words_are_few_enough_to_print() -> None:
    assert all(len(code) <= 22 for code in cards())
    assert sum(card.undoes for card in cards().values()) == 1
