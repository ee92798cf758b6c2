"""Every figure of the report opens the list of exactly the devices it counts (D9)."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from starlette.testclient import TestClient

from parc.domain.vocabulary import Action, EvidenceKind, Route, State
from tests.factories import BOB, DOCUMENT, LENS, a_command
from tests.htmx import parsed
from tests.web.conftest import MakeDevice, Record
from tests.web.lives import reach
from tests.web.test_device_page import text_of

REFORMED = date(2025, 5, 5)
LEFT = date(2026, 3, 2)
HERE = "/reports/reen/2026"
FIGURE = re.compile(r"[0-9\u202f]+")


def reformed(make_device: MakeDevice, record: Record, serial: str, **facts: str) -> str:
    """Give a device réformé in 2025, erased, its agreement filed."""
    tag = make_device(serial=serial, **facts)
    record(tag, a_command(Action.PROPOSE_DECOMMISSION, REFORMED, reason="Obsolète"))
    signed = {"act_number": "2025-3", "act_on": REFORMED.isoformat()}
    record(tag, a_command(Action.DECOMMISSION, REFORMED, signed, by=BOB))
    settled = {"serial": f"{serial}-DISK", "outcome": "erased_verified"}
    record(tag, a_command(Action.SETTLE_MEDIUM, REFORMED, settled, document=DOCUMENT))
    for kind in (EvidenceKind.CONVENTION, EvidenceKind.COMMITMENT):
        filed = {"kind": kind, "dated_on": "2026-03-01", "document": DOCUMENT}
        record(tag, a_command(Action.FILE_EVIDENCE, LEFT, filed))
    return tag


def sold(make_device: MakeDevice, record: Record, serial: str, **facts: str) -> str:
    """Give a device réformé in 2025, sold in 2026, its reuse proved."""
    tag = reformed(make_device, record, serial, **facts)
    left = {"route": Route.SALE.value, "taker": "Les Ateliers"}
    record(tag, a_command(Action.HAND_OVER, LEFT, left))
    filed = {"kind": "proof", "dated_on": LEFT.isoformat(), "document": DOCUMENT}
    record(tag, a_command(Action.FILE_EVIDENCE, LEFT, filed))
    return tag


@pytest.fixture
def fleet(make_device: MakeDevice, record: Record) -> dict[str, str]:
    """Give a year of Lens: each device by what it became."""
    return {
        "sold laptop": sold(make_device, record, "S1"),
        "sold screen": sold(make_device, record, "S2", category="monitor"),
        "kept": reformed(make_device, record, "S3", acquired_on="2022-01-01"),
        "kept, desktop": reformed(make_device, record, "S6", category="desktop"),
        "kept, undated": reformed(make_device, record, "S4", acquired_on=""),
        "sold accessory": sold(make_device, record, "S7", category="keyboard"),
        "kept, accessory": reformed(make_device, record, "S5", category="keyboard"),
        "réformé and sold this year": reach(make_device, record, State.HANDED_OVER),
    }


def figures_of(page: str) -> Iterator[tuple[str, int]]:
    """Give the address and the number of every link that is a number."""
    for element in parsed(page).walk():
        shown = text_of(element).strip()
        inside = element.name == "a" and element.attributes["href"].startswith(HERE)
        if inside and FIGURE.fullmatch(shown.partition(" ")[0].rstrip("%")):
            yield unescape(element.attributes["href"]), number_in(shown)


def number_in(text: str) -> int:
    """Read the number that a text begins with."""
    found = FIGURE.match(text)
    assert found is not None, text
    return int(found[0].replace("\u202f", ""))


def listed(page: str) -> int:
    """Read how many devices a list says that it holds."""
    title = parsed(page).by_id("list-title")
    assert title is not None
    return number_in(text_of(title))


def test_every_number_opens_a_list_of_that_many_devices(
    alice: TestClient, fleet: dict[str, str]
) -> None:
    found = list(figures_of(alice.get(f"{HERE}?owner={LENS}").text))

    assert len({address for address, _ in found}) > 15
    assert sum(number > 0 for _, number in found) > 10
    for address, number in found:
        assert listed(alice.get(address).text) == number, address


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("REEN-01?show=stocked&part=weee_category.6", {"kept, desktop"}),
        ("REEN-03?show=counted&part=route.sale", {"sold laptop", "sold screen"}),
        ("REEN-02?part=age_band.under_5", {"kept"}),
        ("exclusions?part=exclusion.age_unknown", {"kept, undated"}),
        ("steps?show=proved&q=s1", {"sold laptop"}),
        ("REEN-03?q=dell+ecran", {"sold screen"}),
        ("REEN-03?q=nothing", set()),
    ],
)
def test_a_list_is_narrowed_to_a_part_or_to_words(
    alice: TestClient, fleet: dict[str, str], address: str, expected: set[str]
) -> None:
    page = alice.get(f"{HERE}/{address}").text
    shown = {name for name, tag in fleet.items() if f">{tag}</a>" in page}

    assert shown == expected
    assert listed(page) == len(expected) if expected else "Aucun matériel" in page


@pytest.mark.parametrize(
    "address",
    ["REEN-99", "REEN-01?show=nonsense", "steps?show=stocked", "REEN-01?part=size.4"],
)
def test_what_is_no_list_is_404(alice: TestClient, address: str) -> None:
    assert alice.get(f"{HERE}/{address}").status_code == 404


def test_a_part_that_nobody_is_in_is_an_empty_list(alice: TestClient) -> None:
    page = alice.get(f"{HERE}/REEN-03?part=route.nonsense").text

    assert "Aucun matériel" in page


def test_pages_keep_what_the_list_is_narrowed_to(
    alice: TestClient, make_device: MakeDevice, record: Record
) -> None:
    for n in range(51):
        reformed(make_device, record, f"K{n:03d}")
    reformed(make_device, record, "YOUNG", acquired_on="2024-01-01")
    reformed(make_device, record, "OTHER", maker="HP")
    page = alice.get(f"{HERE}/REEN-02?part=age_band.5_to_7&q=dell").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)

    assert listed(page) == 51
    assert listed(alice.get(unescape(following)).text) == 51
    assert alice.get(unescape(following)).text.count('<th scope="row"') == 1


def test_a_year_that_is_not_offered_is_still_the_chosen_one(
    alice: TestClient,
) -> None:
    page = alice.get("/reports/reen/2021").text

    assert '<option value="2021" selected>' in page
