"""An order entered, its delivery scanned, a device opened from it and back."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships no types
    Axe,
)
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import check, look


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desk", "telephone"])
def opened(
    request: pytest.FixtureRequest, browser: Browser, site: Site
) -> Iterator[tuple[Page, list[str]]]:
    """Open the form of a new order."""
    width, height = request.param
    context = site.open(browser, viewport={"width": width, "height": height})
    yield look(context, "/purchases/new")
    context.close()


def sound(page: Page) -> None:
    """Assert that the page, as it is now, is accessible and never too wide."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    width = page.evaluate("document.documentElement.scrollWidth")
    assert page.viewport_size is not None
    assert width <= page.viewport_size["width"]


def test_an_order_is_entered_and_its_delivery_scanned(
    opened: tuple[Page, list[str]],
) -> None:
    page, complaints = opened
    wide = page.viewport_size is not None and page.viewport_size["width"] > 800
    number = "BC-BUREAU" if wide else "BC-MOBILE"
    page.get_by_label("Numéro", exact=False).first.fill(number)
    page.get_by_label("Fournisseur ou donateur").fill("UGAP")
    page.get_by_label("Type de matériel").select_option(label="Ordinateur portable")
    page.get_by_label("Quantité").fill("3")
    page.get_by_label("Montant HT").fill("2 820,01")
    page.get_by_label("État à l'achat").select_option(label="Reconditionné")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name=number)).to_be_visible()

    page.get_by_text("Réceptionner", exact=True).click()
    sound(page)
    serials = page.get_by_label("Numéros de série")
    serials.focus()
    for serial in ("5CG-A", "5CG-B"):
        # As a scanner does: the code, then Enter.
        page.keyboard.type(f"{number}{serial}")
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Mettre en stock").click()
    expect(page.locator("#notice")).to_contain_text("2 matériels en stock")
    expect(page.get_by_text("2 sur 3 reçus")).to_be_visible()
    sound(page)

    page.locator("table.data a.tag").first.click()
    expect(page.get_by_role("link", name=f"{number}, ligne 1")).to_be_visible()
    page.get_by_role("link", name=f"{number}, ligne 1").click()
    expect(page.get_by_role("heading", name=number, exact=True)).to_be_visible()

    page.get_by_role("link", name="Année d'achat", exact=True).click()
    page.get_by_role("link", name="lignes de ACH-01").click()
    expect(page.locator("#lines")).to_contain_text(number)
    check(page, complaints)
