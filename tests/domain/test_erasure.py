"""What a report of erasure proves of a medium: method, verification, dates, serials."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc import resources
from parc.domain.device import Device, Medium, Step
from parc.domain.erasure import (
    Checked,
    Erasure,
    Judgement,
    Method,
    Status,
    Verdict,
    find_medium,
    is_identified,
    judge,
    keys,
    method_told,
    same_medium,
)
from parc.domain.vocabulary import Action, Level, MediumKind, State
from tests.factories import LENS, Story, a_command, registration

ERASED_ON = date(2026, 10, 2)
GOOD = Erasure(
    "S29NNXAH146409",
    method=Method.OVERWRITE,
    method_words="Fill With Zeros",
    tool="nwipe",
    version="0.34",
    ended=datetime.fromisoformat("2026-10-02T12:00:00"),
    checked=Checked.YES,
    errors=0,
    status=Status.ERASED,
)
TABLE: Any = resources.law()["erasure_methods"].in_force(ERASED_ON).value


def a_device(*uses: date) -> Device:
    """Give a laptop put in service on some days, back in stock after each."""
    story = Story(registration())
    for day in uses:
        story.then(a_command(Action.ASSIGN, day, holder="P-ABCDEFGH"))
        story.then(a_command(Action.RETURN, day, target="in_stock"))
    return story.device


def verdict(
    erasure: Erasure,
    kind: MediumKind = MediumKind.HDD,
    *,
    device: Device | None = None,
    capacity: int | None = None,
) -> Judgement:
    """Judge an erasure of the laptop's medium."""
    medium = Medium("S29NNXAH146409", kind, capacity)
    return judge(erasure, medium, device or a_device(), TABLE)


def test_a_magnetic_disk_overwritten_and_verified_is_erased() -> None:
    assert verdict(GOOD) == Judgement(Verdict.SETTLES, (), "clear")


@pytest.mark.parametrize("kind", [MediumKind.SSD, MediumKind.NVME, MediumKind.EMMC])
def test_overwriting_flash_waits_for_a_person(kind: MediumKind) -> None:
    judged = verdict(GOOD, kind)
    assert judged.verdict is Verdict.WAITS
    assert "cellules hors d'atteinte" in judged.reasons[0]


def test_flash_is_judged_as_flash_as_soon_as_the_report_says_so() -> None:
    said = replace(GOOD, kind=MediumKind.NVME)
    assert verdict(said, MediumKind.HDD).verdict is Verdict.WAITS
    assert verdict(said, MediumKind.UNKNOWN).verdict is Verdict.WAITS


@pytest.mark.parametrize(
    ("method", "kind"),
    [
        (Method.CRYPTO_ERASE, MediumKind.NVME),
        (Method.SANITIZE_BLOCK, MediumKind.NVME),
        (Method.ENHANCED_ERASE, MediumKind.SSD),
        (Method.CRYPTO_ERASE, MediumKind.EMMC),
    ],
)
def test_the_own_command_of_a_flash_medium_purges_it(
    method: Method, kind: MediumKind
) -> None:
    judged = verdict(replace(GOOD, method=method), kind)
    assert (judged.verdict, judged.level) == (Verdict.SETTLES, "purge")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": Status.FAILED},
        {"status": Status.UNKNOWN},
        {"checked": Checked.NO},
        {"errors": 3},
        {"method": Method.VERIFY_ONLY},
        {"method": Method.UNKNOWN},
        {"method": Method.FACTORY_RESET},
    ],
)
def test_what_failed_or_was_not_verified_proves_nothing(
    changes: Mapping[str, Any],
) -> None:
    judged = verdict(replace(GOOD, **changes))
    assert judged.verdict is Verdict.REFUSED
    assert judged.reasons


def test_what_is_doubtful_waits_for_a_person() -> None:
    assert verdict(replace(GOOD, checked=Checked.UNKNOWN)).verdict is Verdict.WAITS
    undated = replace(GOOD, ended=None)
    assert verdict(undated).reasons == ("Le rapport ne date pas l'effacement.",)
    other = replace(GOOD, size=256_060_514_304)
    assert verdict(other, capacity=500).verdict is Verdict.WAITS
    assert verdict(other, capacity=256).verdict is Verdict.SETTLES


def test_a_day_told_by_a_person_dates_what_the_report_does_not() -> None:
    undated = replace(GOOD, ended=None)
    medium = Medium("S29NNXAH146409", MediumKind.HDD)
    device = a_device(date(2026, 9, 1))
    judged = judge(undated, medium, device, TABLE, date(2026, 10, 2))
    assert judged.verdict is Verdict.SETTLES
    early = judge(undated, medium, device, TABLE, date(2026, 8, 1))
    assert early.verdict is Verdict.REFUSED


def test_an_erasure_before_the_device_was_used_again_proves_nothing() -> None:
    assert verdict(GOOD, device=a_device(date(2026, 9, 1))).verdict is Verdict.SETTLES
    judged = verdict(GOOD, device=a_device(date(2026, 10, 3)))
    assert judged.verdict is Verdict.REFUSED
    assert "remis en usage le 03/10/2026" in judged.reasons[0]


def test_what_a_taker_gave_back_was_used_until_then() -> None:
    def device(gone: date, back: date) -> Device:
        steps = (
            Step(gone, State.HANDED_OVER, LENS, None, Level.DOCUMENTED),
            Step(back, State.DECOMMISSIONED, LENS, None, Level.DOCUMENTED),
        )
        return replace(a_device(), steps=steps)

    before = device(date(2026, 9, 1), date(2026, 10, 5))
    assert verdict(GOOD, device=before).verdict is Verdict.REFUSED
    after = device(date(2026, 9, 1), date(2026, 10, 1))
    assert verdict(GOOD, device=after).verdict is Verdict.SETTLES


@given(
    st.sampled_from(Status),
    st.sampled_from(Checked),
    st.sampled_from(Method),
    st.sampled_from(MediumKind),
    st.sampled_from(MediumKind),
    st.sampled_from([None, 0, 1, 900]),
)
def test_only_a_verified_erasure_by_a_method_for_that_medium_settles(  # noqa: PLR0917 - drawn
    status: Status,
    checked: Checked,
    method: Method,
    kind: MediumKind,
    said: MediumKind,
    errors: int | None,
) -> None:
    erasure = replace(
        GOOD, status=status, checked=checked, method=method, kind=said, errors=errors
    )
    judged = verdict(erasure, kind)
    flash = {MediumKind.SSD, MediumKind.NVME, MediumKind.EMMC}
    if judged.verdict is Verdict.SETTLES:
        assert (status, checked) == (Status.ERASED, Checked.YES)
        assert not errors
        assert judged.level in {"clear", "purge"}
        assert method is not Method.OVERWRITE or not {kind, said} & flash
    else:
        assert judged.reasons


def test_the_table_names_kinds_and_methods_that_exist() -> None:
    assert set(TABLE) == set(MediumKind)
    for levels in TABLE.values():
        assert set(levels) <= set(Method)
        assert set(levels.values()) <= {"clear", "purge", "flagged"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WD-WXC1A14S2591", "wd-wxc1a14s2591"),
        ("WD-WXC1A14S2591", "WXC1A14S2591"),
        ("WXC1A14S2591", "WD-WXC1A14S2591"),
        ("WD-WXC1A14S2591", "WDWXC1A14S2591"),
        ("S29N NXAH-146409", "S29NNXAH146409"),
    ],
)
def test_tools_write_one_serial_in_several_ways(one: str, other: str) -> None:
    assert same_medium(one, other)
    assert same_medium(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("WD-WXC1A14S2591", "WD-WXC1A14S2592"),
        ("WD-WXC1A14S2591", "XC1A14S2591"),
        ("S29NNXAH146409", "S29NNXAH146410"),
        ("", ""),
        ("XXXXXXXXXXXXXXXXXXXX", "XXXXXXXXXXXXXXXXXXXX"),
        ("????????????????????", "????????????????????"),
        ("123", "123"),
        ("Unknown", "Unknown"),
    ],
)
def test_what_names_no_medium_is_none(one: str, other: str) -> None:
    assert not same_medium(one, other)


@given(st.text(max_size=30), st.text(max_size=30))
def test_two_serials_are_the_same_both_ways_and_share_a_key(
    one: str, other: str
) -> None:
    assert same_medium(one, other) == same_medium(other, one)
    if same_medium(one, other):
        assert set(keys(one)) & set(keys(other))
    assert bool(keys(one)) == is_identified(one)


def test_two_media_under_one_serial_are_not_chosen_between() -> None:
    twins = [Medium("WD-WXC1A14S2591"), Medium("wd-wxc1a14s2591")]
    assert find_medium("WXC1A14S2591", twins) is None
    assert find_medium("WXC1A14S2591", twins[:1]) == twins[0]
    # The exact one is preferred to what differs by its prefix.
    both = [Medium("WXC1A14S2591"), Medium("WD-WXC1A14S2591")]
    assert find_medium("WD-WXC1A14S2591", both) == both[1]


def test_the_journal_is_told_method_tool_and_level() -> None:
    told = method_told(GOOD, verdict(GOOD))
    assert told == "Réécriture (Fill With Zeros), nwipe 0.34, NIST SP 800-88 Clear"


def test_devices_of_the_tests_hold_their_medium() -> None:
    assert a_device(date(2026, 9, 1)).state is State.IN_STOCK
