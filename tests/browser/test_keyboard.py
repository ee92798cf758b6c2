"""The list of devices without a mouse, and a list acted on without a script."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships no types
    Axe,
)
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site

SLOWLY = 60
"""Milliseconds that a key is held: hands are slower than scanners."""


@pytest.fixture
def context(site: Site, browser: Browser) -> Iterator[BrowserContext]:
    """Open a window in which Alice is signed in."""
    context = site.open(browser, viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open the list of devices."""
    page = context.new_page()
    page.goto("/devices?view=0")
    return page


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key, delay=SLOWLY)


def axe(page: Page) -> None:
    """Assert that a page is accessible and not too wide."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def tags(page: Page) -> list[str]:
    """List the tags of the page."""
    return page.locator("tbody th a").all_inner_texts()


def test_j_and_k_walk_the_list_and_enter_opens(page: Page) -> None:
    first, second, *_ = tags(page)

    press(page, "j", "j", "k")
    expect(page.locator("tbody th a").first).to_be_focused()
    press(page, "ArrowDown")
    expect(page.locator("tbody th a").nth(1)).to_be_focused()
    press(page, "Enter")

    page.wait_for_url(f"**/devices/{second}")
    assert first != second


def test_k_begins_at_the_end_and_neither_end_is_passed(page: Page) -> None:
    press(page, "k", "j")
    expect(page.locator("tbody th a").last).to_be_focused()


def test_arrows_outside_the_list_still_scroll(page: Page) -> None:
    press(page, "ArrowDown")

    expect(page.locator("tbody th a").first).not_to_be_focused()


def test_x_ticks_and_the_number_is_said(page: Page) -> None:
    press(page, "j", "x", "j", "x")
    expect(page.locator("#selection .hint")).to_have_text("2 cochés")
    press(page, "x")

    expect(page.locator("#selection .hint")).to_have_text("1 coché")
    assert page.locator('input[name="tag"]:checked').count() == 1


def test_all_of_the_page_is_ticked_at_once(page: Page) -> None:
    page.get_by_label("Tout sélectionner sur cette page").check()

    number = len(tags(page))
    assert page.locator('input[name="tag"]:checked').count() == number
    page.locator('input[name="tag"]').first.uncheck()
    expect(page.locator("#selection .hint")).to_have_text(f"{number - 1} cochés")
    assert not page.get_by_label("Tout sélectionner sur cette page").is_checked()


def test_the_list_keeps_its_keys_after_a_filter(page: Page) -> None:
    with page.expect_response(lambda answer: "q=Latitude" in answer.url):
        page.get_by_label("Rechercher").fill("Latitude")
    expect(page).to_have_url(re.compile("q=Latitude"))
    expect(page.locator("#tick-all")).to_be_visible()
    page.locator("#results-count").click()
    press(page, "j", "x")

    expect(page.locator("#selection .hint")).to_have_text("1 coché")


def test_a_slash_goes_to_the_quick_box_and_typing_there_is_typing(page: Page) -> None:
    press(page, "/", "x", "j", "?", "/")

    expect(page.locator("#quick-code")).to_be_focused()
    expect(page.locator("#quick-code")).to_have_value("xj?/")
    expect(page.locator("#shortcuts")).not_to_be_visible()


def test_a_question_mark_shows_the_shortcuts_which_can_be_turned_off(
    page: Page,
) -> None:
    press(page, "?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    page.get_by_label("Raccourcis actifs").uncheck()
    press(page, "Escape", "j")
    page.reload()
    press(page, "j", "?")

    expect(page.locator("tbody th a").first).not_to_be_focused()
    expect(page.locator("#shortcuts")).not_to_be_visible()
    page.get_by_role("button", name="Raccourcis clavier").click()
    page.get_by_label("Raccourcis actifs").check()
    press(page, "Escape", "j")
    expect(page.locator("tbody th a").first).to_be_focused()


def test_the_dialog_is_accessible(page: Page) -> None:
    press(page, "?")

    axe(page)


def test_what_a_scanner_types_is_no_shortcut(page: Page) -> None:
    # All in one task of the page: as fast on a loaded machine as on a quiet one.
    page.evaluate(
        """for (const key of "AxjxjxB") {
          document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
        }"""
    )

    assert page.locator('input[name="tag"]:checked').count() == 0
    expect(page.locator("tbody th a").first).not_to_be_focused()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scripts", [True, False])
def test_rows_are_ticked_then_acted_on_with_or_without_scripts(
    site: Site, browser: Browser, width: int, *, scripts: bool
) -> None:
    context = site.open(
        browser,
        viewport={"width": width, "height": 800},
        java_script_enabled=scripts,
    )

    page = context.new_page()
    page.goto("/devices?view=0&state=in_stock")
    wanted = tags(page)[3:5]
    for tag in wanted:
        page.get_by_label(f"Choisir {tag}").check()
    page.get_by_role("button", name="Agir sur la sélection").click()
    page.get_by_role("button", name="Envoyer en réparation").click()
    page.get_by_label("Panne constatée").fill("Écran noir")
    page.get_by_role("button", name="Envoyer en réparation : 2 matériels").click()

    assert tags(page) == wanted
    assert page.locator(".counts dd").first.inner_text() == "2"
    context.close()


def test_each_step_is_accessible(page: Page) -> None:
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    page.get_by_label("Tout sélectionner sur cette page").check()
    page.get_by_role("button", name="Agir sur la sélection").click()
    axe(page)
    page.get_by_role("button", name="Déplacer").click()
    axe(page)
    page.get_by_label("Nouveau site").fill("Médiathèque")
    page.get_by_role("button", name="Déplacer :").click()
    page.get_by_text("Annuler cette action").click()
    axe(page)

    assert complaints == []
