"""Two phones on one stocktake: counters that live, scans that no network loses."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import select

from parc.storage import people
from parc.storage.database import writing
from parc.storage.tables import OwnerRow
from tests.browser.conftest import Site
from tests.browser.test_pages import check
from tests.factories import LENS
from tests.web.conftest import register_laptop


@pytest.fixture
def devices(site: Site, request: pytest.FixtureRequest) -> list[str]:
    """Put three laptops at a site of their own, and name it after the test."""
    name = place_of(request)
    with writing(site.engine) as session:
        lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
        number = people.site_id(session, lens, name)
        people.site_id(session, lens, "Cave des récolements")
    return [
        register_laptop(site.engine, serial=f"{name}-{n}".upper(), site=number)
        for n in range(3)
    ]


def place_of(request: pytest.FixtureRequest) -> str:
    """Name the site of a test."""
    return f"Lieu de {request.node.name}"


@pytest.fixture
def phones(site: Site, browser: Browser) -> Iterator[list[BrowserContext]]:
    """Open two phones in which Alice is signed in."""
    opened = [
        site.open(browser, viewport={"width": 390, "height": 844}) for _ in range(2)
    ]
    yield opened
    for phone in opened:
        phone.close()


@pytest.fixture
def address(
    phones: list[BrowserContext], devices: list[str], request: pytest.FixtureRequest
) -> str:
    """Open the stocktake of the site; give its address."""
    page = phones[0].new_page()
    page.goto("/stocktakes")
    page.get_by_label("Site").select_option(label=place_of(request))
    page.get_by_role("button", name="Ouvrir un récolement").click()
    expect(page).to_have_url(re.compile(r"/stocktakes/[0-9]+$"))
    found = page.url
    page.close()
    return found


def on(phone: BrowserContext, address: str) -> Page:
    """Open the stocktake on a phone."""
    page = phone.new_page()
    page.goto(address)
    return page


def scan(page: Page, code: str) -> None:
    """Scan a code: a burst of keys and Enter in the field."""
    page.locator("#scan-code").fill(code)
    page.locator("#scan-code").press("Enter")


def counted(page: Page, label: str, number: int) -> None:
    """Wait for a number of the counters."""
    cell = page.locator(f"#board dt:text-is('{label}') + dd")
    expect(cell).to_have_text(re.compile(rf"^\s*{number}\s*$"), timeout=15_000)


def test_each_phone_sees_live_what_the_other_scans(
    phones: list[BrowserContext], address: str, devices: list[str]
) -> None:
    first, second = (on(phone, address) for phone in phones)
    scan(first, devices[0])
    expect(first.locator("#answer h2")).to_have_text("Trouvé")

    counted(second, "Trouvés", 1)
    scan(second, devices[0])
    expect(second.locator("#answer h2")).to_have_text("Déjà vu")
    scan(second, devices[1])
    counted(first, "Trouvés", 2)
    counted(first, "Déjà vus", 1)


def test_a_place_chosen_is_kept_and_wrong_place_is_said_at_once(
    phones: list[BrowserContext], address: str, devices: list[str]
) -> None:
    page = on(phones[0], address)
    page.get_by_label("Je suis à").select_option(label="Cave des récolements")
    page.get_by_role("button", name="J'y suis").click()
    expect(page.locator("#answer h2")).to_have_text("Lieu")

    scan(page, devices[0])

    expect(page.locator("#answer h2")).to_have_text("Autre lieu")
    chosen = page.locator("#scan-place option:checked")
    expect(chosen).to_have_text("Cave des récolements")


def test_scans_without_a_network_wait_survive_a_reload_and_arrive_once(
    phones: list[BrowserContext], address: str, devices: list[str]
) -> None:
    page = on(phones[0], address)
    phones[0].set_offline(True)
    for tag in devices:
        scan(page, tag)
    expect(page.locator("#unsent")).to_contain_text("3 scans pas encore envoyés")
    page.close()
    phones[0].set_offline(False)

    page = on(phones[0], address)

    counted(page, "Trouvés", 3)
    counted(page, "Scans reçus", 3)
    expect(page.locator("#unsent")).to_be_hidden()


def test_its_pages_are_accessible_at_each_step(
    phones: list[BrowserContext], address: str, devices: list[str]
) -> None:
    page = on(phones[0], address)
    scan(page, devices[0])
    expect(page.locator("#answer h2")).to_have_text("Trouvé")
    page.locator("summary", has_text="Clore les scans").click()
    page.get_by_role("button", name="Clore les scans").click()
    expect(page.get_by_role("heading", name="Procès-verbal")).to_be_visible()
    page.locator("summary", has_text="Traiter").first.click()

    check(page, [])
    check(on(phones[1], address), [])
