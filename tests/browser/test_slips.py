"""A slip on a screen: prepared, signed in the frame; without a script, on paper."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import check
from tests.web.conftest import register_laptop


@pytest.fixture
def tag(site: Site, request: pytest.FixtureRequest) -> str:
    """Put a laptop of its own in stock."""
    return register_laptop(site.engine, serial=f"SLIP-{request.node.name}".upper())


def prepare(context: BrowserContext, tag: str, name: str) -> Page:
    """Prepare the assignment of a device to somebody."""
    page = context.new_page()
    page.goto(f"/slips/new?code={tag}")
    page.get_by_label("Sorte de bon").select_option(label="Bon de remise")
    page.get_by_label("Personne ou service").fill(name)
    page.get_by_role("button", name="Préparer le bon").click()
    expect(page).to_have_url(re.compile(r"/slips/[0-9]+$"))
    return page


def seen(page: Page) -> None:
    """Check the page that is shown, in another tab of the same browser."""
    other = page.context.new_page()
    other.goto(page.url)
    check(other, [])


def sign(page: Page) -> None:
    """Draw in the frame, as a hand does."""
    pad = page.locator("#pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(box["x"] + 30 + 20 * step, box["y"] + 40 + 30 * (step % 2))
    page.mouse.up()


def test_a_slip_is_prepared_signed_on_the_screen_and_stays(
    site: Site, browser: Browser, tag: str
) -> None:
    context = site.open(browser, viewport={"width": 1280, "height": 900})
    page = prepare(context, tag, "Hélène Dupont")
    page.get_by_label("Chargeur").check()
    page.get_by_role("button", name="Enregistrer le bon").click()
    expect(page.locator("#notice")).to_contain_text("Bon enregistré")
    seen(page)

    page.get_by_role("button", name="Signer").click()
    expect(page.locator("#pad-told")).to_have_text("Signez dans le cadre.")
    sign(page)
    page.get_by_role("button", name="Effacer").click()
    page.get_by_role("button", name="Signer").click()
    expect(page.locator("#pad-told")).to_have_text("Signez dans le cadre.")
    sign(page)
    page.get_by_role("button", name="Signer").click()

    expect(page.locator(".standing .badge")).to_have_text("Signé")
    expect(page.locator("svg.ink polyline")).to_have_count(1)
    expect(page.get_by_text("Remis : Chargeur")).to_be_visible()
    seen(page)
    page.get_by_role("link", name="Hélène Dupont").click()
    expect(page.get_by_role("link", name=tag)).to_be_visible()
    seen(page)
    page.get_by_role("button", name="Préparer la restitution").click()
    expect(page.get_by_label("Chargeur")).to_be_checked()
    page.get_by_label("Chargeur").uncheck()
    page.get_by_role("button", name="Enregistrer le bon").click()
    expect(page.get_by_text("manquant : Chargeur")).to_be_visible()
    context.close()


def test_without_a_script_the_paper_is_the_way(
    site: Site, browser: Browser, tag: str
) -> None:
    context = site.open(
        browser, java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page = prepare(context, tag, "Accueil")

    expect(page.locator("#sign-screen")).to_be_hidden()
    scan = {"name": "bon.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\n1"}
    page.get_by_label("Bon signé, numérisé").set_input_files(scan)  # type: ignore[arg-type]  # a TypedDict in all but name
    page.get_by_role("button", name="Joindre le bon signé").click()

    expect(page.locator(".standing .badge")).to_have_text("Signé")
    expect(page.get_by_role("link", name="Bon signé, numérisé")).to_be_visible()
    context.close()
