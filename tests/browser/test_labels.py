"""The sheet on which the first place is picked, by keyboard, as the stock changes."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.conftest import Site


def test_a_place_of_the_sheet_is_picked_with_the_keyboard(
    site: Site, browser: Browser
) -> None:
    context = site.open(browser)
    page = context.new_page()
    page.goto(f"/labels?codes={site.tag}")
    expect(page.get_by_role("radio")).to_have_count(21)

    page.get_by_label("Place 1, rangée 1, colonne 1").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")

    expect(page.get_by_label("Place 5, rangée 2, colonne 2")).to_be_checked()
    page.get_by_role("button", name="Préparer les étiquettes").click()
    expect(page).to_have_url(re.compile(r"/labels/runs/[0-9a-f]{16}$"))
    expect(page.get_by_text("à partir de la place 5")).to_be_visible()
    context.close()


def test_preview_and_sheet_follow_the_stock(site: Site, browser: Browser) -> None:
    context = site.open(browser)
    page = context.new_page()
    page.goto(f"/labels?codes={site.tag}")
    before = page.locator(".label-preview").get_attribute("src")

    page.get_by_label("Format d'étiquettes").select_option("L7651")

    expect(page.get_by_role("radio")).to_have_count(65)
    after = page.locator(".label-preview")
    expect(after).not_to_have_attribute("src", before or "")
    assert after.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_label("Format d'étiquettes").select_option("QL-62")
    expect(page.get_by_text("pâlit en un an")).to_be_visible()
    expect(page.get_by_role("radio")).to_have_count(0)
    context.close()
