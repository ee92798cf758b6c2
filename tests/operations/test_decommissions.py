"""A list of réforme is prepared: gathered, valued, corrected, given up."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine

from parc.domain.decommissioning import Stage
from parc.domain.refusal import Refused
from parc.domain.vocabulary import Action, State
from parc.operations import decommissions
from parc.operations.decommissions import Draft, Said, Search
from tests.factories import CHARLIE, LENS, LOOS, TODAY
from tests.operations.counting import laptops, owner_id
from tests.operations.handing import at_once, events, record
from tests.operations.reforming import Reforming, reforming_of


@pytest.fixture
def reforming(parc: Engine, tmp_path: Path) -> Reforming:
    """Seat Alice."""
    return reforming_of(parc, tmp_path)


def test_preparing_changes_no_device_and_takes_the_next_number(
    parc: Engine, reforming: Reforming
) -> None:
    tags = laptops(parc, 2)
    before = events(parc)

    keys = [reforming.draft(*tags), reforming.draft()]

    assert [reforming.content(key).number for key in keys] == [
        "RF-2026-0001",
        "RF-2026-0002",
    ]
    assert events(parc) == before
    assert reforming.row(keys[0]).stage == Stage.DRAFT.value


def test_numbers_have_no_hole_when_many_prepare_at_once_and_some_fail(
    parc: Engine, reforming: Reforming
) -> None:
    (other,) = laptops(parc, 1, owner=LOOS)

    def work(place: int) -> None:
        reforming.draft(*([other] if place % 2 else []))

    assert len(at_once(work, 6)) == 3
    assert reforming.content(reforming.draft()).number == "RF-2026-0004"


def test_a_line_says_age_basis_value_and_what_stands_in_the_way(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(
        parc, 1, site="Mairie", accounting_number="2020-7", price_cents=80_000
    )

    (line,) = reforming.content(reforming.draft(tag)).lines

    assert (line.age_basis, line.age_since) == ("Date d'acquisition", "2020-03-01")
    assert line.age_months == 6 * 12 + 8
    assert (line.exclusion, line.net_cents, line.site) == ("", 0, "Mairie")
    assert line.flags == ("Support de stockage à effacer",)
    assert (line.value_cents, line.method) == (
        12_000,
        "Valeur déjà portée sur la fiche",
    )
    assert (line.valued_on, line.valued_by) == ("2026-11-24", "U-AL1CE000")


@pytest.mark.parametrize(
    ("bought", "exclusion"),
    [
        ("2016-11-24", ""),
        ("2016-11-23", "Plus de dix ans à la réforme"),
        ("", "Âge inconnu"),
    ],
)
def test_the_exclusion_is_the_rate_s_own(
    parc: Engine, reforming: Reforming, bought: str, exclusion: str
) -> None:
    (tag,) = laptops(parc, 1, acquired_on=bought)

    assert reforming.content(reforming.draft(tag)).lines[0].exclusion == exclusion


def test_an_estimate_is_typed_or_follows_from_its_method(
    parc: Engine, reforming: Reforming
) -> None:
    one, two, three = laptops(
        parc, 3, price_cents=100_000, acquired_on="2024-11-24", estimated_value_cents=""
    )
    key = reforming.draft(one, two, three, method="none")
    told = {line.tag: line.value_cents for line in reforming.content(key).lines}
    assert told == {one: 0, two: 0, three: 0}

    said = {one: Said(value_cents=4_550, method="market"), two: Said(method="book")}
    draft = Draft([one, two, three], reason="Usé", method="none", said=said)
    decommissions.revise(parc, reforming.desk, key, reforming.seen(key), draft)

    told = {line.tag: line.value_cents for line in reforming.content(key).lines}
    assert told == {one: 4_550, two: 60_021, three: 0}


def test_an_estimate_may_be_as_large_as_the_form_accepts(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(parc, 1)
    key = reforming.draft(tag, values={tag: 99_999_999_999})

    reforming.propose(key)

    assert reforming.content(key).lines[0].value_cents == 99_999_999_999


def test_who_estimated_stays_when_somebody_else_corrects_the_rest(
    parc: Engine, reforming: Reforming
) -> None:
    (tag,) = laptops(parc, 1)
    key = reforming.draft(tag, values={tag: 5_000})
    later = reforming.bob.on(date(2026, 11, 26))
    said = {tag: Said("Écran fendu", 5_000, "market")}
    draft = Draft([tag], said=said)
    decommissions.revise(parc, later.desk, key, later.seen(key), draft)

    (line,) = reforming.content(key).lines

    assert (line.reason, line.valued_by) == ("Écran fendu", "U-AL1CE000")
    assert line.valued_on == "2026-11-24"


def test_devices_are_added_by_age_category_and_state_the_oldest_first(
    parc: Engine, reforming: Reforming
) -> None:
    (recent,) = laptops(parc, 1, acquired_on="2021-11-24")
    (old,) = laptops(parc, 1, acquired_on="2018-01-01")
    (older,) = laptops(parc, 1, acquired_on="", commissioned_on="2015-01-01")
    (gone,) = laptops(parc, 1, acquired_on="2014-01-01")
    (elsewhere,) = laptops(parc, 1, acquired_on="2014-01-01", owner=LOOS)
    record(parc, gone, Action.REPORT_MISSING, reason="Perdu")
    used = laptops(parc, 1, acquired_on="2010-01-01")[0]
    record(parc, used, Action.ASSIGN)

    def found(**asked: object) -> list[str]:
        key = reforming.draft(search=Search(**asked))  # type: ignore[arg-type]  # of a search
        return [line.tag for line in reforming.content(key).lines]

    assert found(over_years=5) == [used, old, older]
    assert found(over_years=4) == [used, old, recent, older]
    assert found(over_years=5, state=State.IN_STOCK, category="laptop") == [old, older]
    with pytest.raises(Refused, match="Aucun autre"):
        found(category="monitor")
    assert elsewhere not in found(over_years=1)


def test_what_is_not_one_device_of_the_owner_is_refused_by_name(
    parc: Engine, reforming: Reforming
) -> None:
    (other,) = laptops(parc, 1, owner=LOOS)
    both = reforming.by(reforming.desk.viewer.as_actor(owner_id(parc, LENS)))

    with pytest.raises(Refused, match="Aucun matériel"):
        both.draft(other, "INCONNU")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"account": "abc"}, "Compte"),
        ({"method": "magic"}, "Méthode"),
        ({"valued_on": date(2026, 11, 25)}, "Estimé le"),
    ],
)
def test_what_does_not_read_is_refused(
    reforming: Reforming, said: dict[str, object], message: str
) -> None:
    with pytest.raises(Refused, match=message):
        reforming.draft(**said)  # type: ignore[arg-type]  # of a draft


def test_a_list_that_changed_since_it_was_seen_is_not_overwritten(
    parc: Engine, reforming: Reforming
) -> None:
    one, two = laptops(parc, 2)
    key = reforming.draft(one)
    seen = reforming.seen(key)
    decommissions.revise(parc, reforming.desk, key, seen, Draft([one, two]))

    with pytest.raises(Refused, match="a changé"):
        decommissions.revise(parc, reforming.desk, key, seen, Draft([one]))


def test_a_list_is_given_up_with_a_reason_and_keeps_its_number(
    reforming: Reforming,
) -> None:
    key = reforming.draft()
    with pytest.raises(Refused, match="Motif"):
        reforming.withdraw(key, " ")

    row = reforming.withdraw(key, "Doublon")

    assert (row.stage, row.cancel_reason) == (Stage.CANCELLED.value, "Doublon")
    with pytest.raises(Refused, match="abandonnée"):
        reforming.withdraw(key)


def test_who_has_no_role_prepares_nothing(reforming: Reforming) -> None:
    with pytest.raises(Refused, match="Réservé"):
        reforming.by(CHARLIE).draft()
    assert reforming.desk.today == TODAY
