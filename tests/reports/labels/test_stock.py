"""Stock: what offices buy is described right, and nothing impossible is accepted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.refusal import Refused
from reports.labels.stock import (
    MOST_LABELS,
    TOLERANCE,
    Codes,
    Form,
    Material,
    Stock,
    built_in,
    problems_of,
    read,
)

SHEET = {
    "key": "mine",
    "name": "Mes étiquettes",
    "form": "sheet",
    "material": "paper",
    "page_width": "210",
    "page_height": "297",
    "width": "38,1",
    "height": "21,2",
    "columns": "5",
    "rows": "13",
    "left": "4,7",
    "top": "10,9",
    "pitch_x": "40,6",
    "pitch_y": "21,2",
}
LENGTHS = st.decimals(0, 320, places=1).map(str)


def refused(**changes: str) -> dict[str, str]:
    """Give the field and code of each reason against a sheet so changed."""
    with pytest.raises(Refused) as caught:
        read({**SHEET, **changes})
    return {str(reason.field): reason.code for reason in caught.value.reasons}


def test_the_usual_stock_is_there() -> None:
    names = set(built_in())

    assert names >= {"L7651", "L7160", "L7162", "L7163", "L4730", "L4731", "L4778"}
    assert names >= {"5520", "5267", "TZe-12", "TZe-18", "TZe-24", "DYMO-99010"}
    assert names >= {f"QL-{width}" for width in (12, 29, 38, 50, 54, 62)}
    assert names >= {"QL-17x54", "QL-23x23", "QL-62x100", "ZEBRA-51x25"}


@pytest.mark.parametrize(
    ("key", "grid", "size"),
    [
        ("L7651", (5, 13), (38.1, 21.2)),
        ("L7160", (3, 7), (64.0, 38.1)),
        ("L7162", (2, 8), (99.1, 33.9)),
        ("L7163", (2, 7), (99.1, 38.1)),
        ("L4730", (10, 27), (17.8, 10.0)),
        ("L4731", (7, 27), (25.4, 10.0)),
        ("L4778", (4, 12), (45.7, 21.2)),
    ],
)
def test_sheets_have_the_maker_s_grid(
    key: str, grid: tuple[int, int], size: tuple[float, float]
) -> None:
    stock = built_in()[key]

    assert (stock.columns, stock.rows) == grid
    assert (stock.width, stock.height) == size


def test_what_was_not_measured_says_so() -> None:
    assert not built_in()["L4778"].is_checked
    assert built_in()["L7651"].is_checked


def test_direct_thermal_paper_is_told_from_what_lasts() -> None:
    assert not built_in()["QL-62"].material.lasts
    assert not built_in()["L7651"].material.lasts
    assert built_in()["TZe-24"].material.lasts
    assert built_in()["L4778"].material.lasts


def test_a_form_is_read_with_decimal_commas() -> None:
    stock = read(SHEET)

    assert stock.width == 38.1
    assert stock.form is Form.SHEET
    assert stock.material is Material.PAPER
    assert stock.codes is Codes.BOTH
    assert stock.per_page == 65


def test_rows_and_columns_follow_their_own_pitch() -> None:
    stock = read({**SHEET, "rows": "12", "pitch_y": "22,5"})

    assert stock.corner(0) == (4.7, 10.9)
    assert stock.corner(4) == pytest.approx((4.7 + 4 * 40.6, 10.9))
    assert stock.corner(11) == pytest.approx((4.7 + 40.6, 10.9 + 2 * 22.5))


def test_a_stock_reads_back_as_it_was_written() -> None:
    for stock in built_in().values():
        assert read(stock.as_mapping()) == stock


def test_on_a_roll_the_page_is_the_label() -> None:
    stock = read({**SHEET, "form": "roll"})

    assert (stock.page_width, stock.page_height) == (38.1, 21.2)
    assert stock.per_page == 1


def test_labels_that_leave_the_page_are_refused_with_the_length() -> None:
    assert refused(columns="6") == {"left": "outside"}
    assert refused(rows="14") == {"top": "outside"}


def test_labels_that_overlap_are_refused() -> None:
    assert refused(pitch_x="30") == {"pitch_x": "overlap"}
    assert refused(pitch_y="20") == {"pitch_y": "overlap"}


def test_every_reason_is_told_at_once() -> None:
    assert refused(width="abc", material="gold", name=" ") == {
        "width": "invalid_field",
        "material": "invalid_field",
        "name": "missing_field",
    }


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("width", "nan", "invalid_field"),
        ("width", "1e9", "invalid_field"),
        ("columns", "1e3", "invalid_field"),
        ("width", "5", "out_of_bounds"),
        ("page_height", "900", "out_of_bounds"),
        ("left", "-3", "out_of_bounds"),
        ("margin_x", "15", "out_of_bounds"),
        ("columns", "0", "out_of_bounds"),
        ("columns", "99999", "out_of_bounds"),
        ("name", "x" * 61, "invalid_name"),
        ("dpi", "204", "out_of_bounds"),
    ],
)
def test_absurd_values_are_refused(field: str, value: str, code: str) -> None:
    assert refused(**{field: value}).get(field) == code


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(SHEET, LENGTHS)))
def test_what_is_accepted_has_every_label_on_its_page(changes: dict[str, str]) -> None:
    changes = {**changes, "form": "sheet", "material": "paper"}
    try:
        stock = read({**SHEET, **changes})
    except Refused:
        return

    for index in range(stock.per_page):
        left, top = stock.corner(index)
        assert left + stock.width <= stock.page_width + TOLERANCE
        assert top + stock.height <= stock.page_height + TOLERANCE
    assert stock.per_page <= MOST_LABELS


def test_two_labels_never_share_a_place() -> None:
    for stock in built_in().values():
        cells = [stock.corner(index) for index in range(stock.per_page)]
        assert len(set(cells)) == stock.per_page
        assert list(problems_of(replace(stock, pitch_x=stock.width - 1))) or (
            stock.columns == 1
        )


def test_a_stock_without_a_name_is_no_stock() -> None:
    nameless = Stock("k", "", Form.ROLL, Material.PAPER, 50, 25, 50, 25)

    assert [reason.field for reason in problems_of(nameless)] == ["name"]
