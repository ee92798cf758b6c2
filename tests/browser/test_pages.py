"""Each page, wide and narrow, light and dark: accessible, silent, never too wide."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships no types
    Axe,
)
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.conftest import Site
from tests.browser.pages import PAGES, PUBLIC_PAGES

WIDTHS = {1280: 800, 390: 844}
THEMES = ("light", "dark")


@pytest.fixture(
    scope="module",
    params=[(w, t) for w in WIDTHS for t in THEMES],
    ids=lambda window: f"{window[0]}-{window[1]}",
)
def window(
    request: pytest.FixtureRequest, site: Site, browser: Browser
) -> Iterator[BrowserContext]:
    """Open a window of a width and a theme in which Alice is signed in."""
    width, theme = request.param
    context = site.open(
        browser,
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme=theme,
    )
    yield context
    context.close()


def look(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    """Open a page and gather what it complains of in the console."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    return page, complaints


def check(page: Page, complaints: list[str]) -> None:
    """Assert all that every page promises."""
    width = page.evaluate("document.documentElement.scrollWidth")
    found = Axe().run(page)
    report = found.generate_report()
    page.close()
    assert width <= page.viewport_size["width"] if page.viewport_size else True
    assert found.violations_count == 0, report
    assert complaints == []


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_accessible_silent_and_never_too_wide(
    window: BrowserContext, site: Site, address: str
) -> None:
    page, complaints = look(window, address.format(tag=site.tag))

    check(page, complaints)


@pytest.mark.parametrize("address", PUBLIC_PAGES)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_stranger_finds_the_same(
    browser: Browser, site: Site, address: str, theme: str, width: int
) -> None:
    context = browser.new_context(
        base_url=site.address,
        viewport={"width": width, "height": WIDTHS[width]},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page, complaints = look(context, address)

    check(page, complaints)
    context.close()


def test_one_signs_in_and_out_with_the_keyboard_alone(
    browser: Browser, site: Site
) -> None:
    context = browser.new_context(base_url=site.address, viewport=None)
    page = context.new_page()
    page.goto("/sign-in?next=/aide")
    page.keyboard.type("bob@lens.example")
    page.keyboard.press("Tab")
    page.keyboard.type("la phrase de passe")
    page.keyboard.press("Enter")
    page.wait_for_url("**/aide")
    page.locator(".account summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sign-in")

    assert "Vous êtes déconnecté." in page.content()
    context.close()


def test_the_skip_link_comes_first_and_leads_to_the_content(
    browser: Browser, site: Site
) -> None:
    context = site.open(browser)
    page = context.new_page()
    page.goto("/aide")
    page.keyboard.press("Tab")

    assert page.locator(":focus").inner_text() == "Aller au contenu"

    page.keyboard.press("Enter")

    assert page.locator(":focus").get_attribute("id") == "contenu"
    context.close()
