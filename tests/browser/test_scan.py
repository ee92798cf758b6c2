"""A scanner at the bench: heard wherever the focus is, one answer each."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from parc.domain.scan_keyboard import Keyboard, encode
from tests.browser.conftest import Site
from tests.web.conftest import register_laptop

BURST = """(codes) => {
  const target = document.activeElement ?? document.body;
  for (const [code, suffix] of codes) {
    for (const key of [...code, ...(suffix ? [suffix] : [])]) {
      const how = {key, bubbles: true, cancelable: true};
      const heard = target.dispatchEvent(new KeyboardEvent("keydown", how));
      if (heard && key.length === 1 && "value" in target) target.value += key;
    }
  }
}"""
"""A wedge in one task of the page: as fast as on any machine, loaded or not."""


@pytest.fixture
def context(site: Site, browser: Browser) -> Iterator[BrowserContext]:
    """Open a window in which Alice is signed in."""
    context = site.open(browser, viewport={"width": 1280, "height": 800})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open the bench."""
    page = context.new_page()
    page.goto("/scan")
    return page


def arm(page: Page, label: str) -> None:
    """Arm an action on the screen."""
    page.get_by_label("Action à armer").select_option(label=label)
    page.get_by_role("button", name="Préparer").click()
    page.get_by_role("button", name="Armer").click()
    expect(page.locator(".bench-state")).to_contain_text("ARMÉ")


def counted(page: Page, label: str) -> str:
    """Give a number of the tally."""
    return page.locator(f"dt:text-is('{label}') + dd").inner_text().strip()


@pytest.mark.parametrize("suffix", ["Enter", "Tab", ""])
def test_a_burst_is_heard_with_the_focus_in_another_field(
    page: Page, site: Site, suffix: str
) -> None:
    box = page.locator("#quick-code")
    box.fill("déjà là")
    box.focus()

    page.evaluate(BURST, [[site.tag, suffix]])

    expect(page.locator(".bench-answer .tag")).to_have_text(site.tag)
    expect(page.locator(".bench-answer h2")).to_have_text("Trouvé")
    expect(box).to_have_value("déjà là")
    assert page.url.endswith("/scan")


def test_a_burst_is_heard_with_the_focus_nowhere(page: Page, site: Site) -> None:
    page.evaluate("document.activeElement.blur()")

    page.evaluate(BURST, [[encode(site.tag, Keyboard.FRENCH), "Enter"]])

    expect(page.locator(".bench-answer .tag")).to_have_text(site.tag)
    expect(page.locator(".bench-answer")).to_contain_text("AZERTY")


def test_scans_that_come_faster_than_answers_are_all_done(
    page: Page, site: Site
) -> None:
    tags = [register_laptop(site.engine, serial=f"BURST{n}") for n in range(5)]
    arm(page, "Affecter")

    page.evaluate(BURST, [[tag, "Enter"] for tag in tags])

    expect(page.locator("dt:text-is('Fait') + dd")).to_have_text("5")
    expect(page.locator(".bench-answer h2")).to_have_text("Fait")
    page.get_by_role("button", name="Annuler le dernier").click()
    expect(page.locator(".bench-answer h2")).to_have_text("Annulé")
    assert counted(page, "Fait") == "4"


def test_a_hand_types_in_a_field_as_ever(page: Page) -> None:
    box = page.locator("#quick-code")
    box.focus()
    page.keyboard.type("ll-0042", delay=80)

    expect(box).to_have_value("ll-0042")
    expect(page.locator(".bench-answer")).to_contain_text("Scannez une étiquette")


def test_two_keys_of_a_quick_hand_are_not_lost(page: Page) -> None:
    box = page.locator("#quick-code")
    box.focus()

    page.evaluate(BURST, [["ab", ""]])

    expect(box).to_have_value("ab")


def test_the_code_box_takes_a_code_typed_by_hand(page: Page, site: Site) -> None:
    page.get_by_label("Code", exact=True).fill(site.tag)
    page.get_by_role("button", name="Scanner", exact=True).click()

    expect(page.locator(".bench-answer .tag")).to_have_text(site.tag)
    expect(page.locator("#said")).to_contain_text("Trouvé")


def test_sounds_can_be_turned_off_and_stay_so(page: Page) -> None:
    page.get_by_role("button", name="Sons : oui").click()
    page.reload()

    expect(page.get_by_role("button", name="Sons : non")).to_be_visible()


def test_a_scan_without_a_network_waits_and_is_sent_once(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tag = register_laptop(site.engine, serial="OFFLINE1")
    arm(page, "Affecter")
    context.set_offline(True)
    page.evaluate(BURST, [[tag, "Enter"]])
    expect(page.locator("#unsent")).to_contain_text("1 scan non synchronisé")

    context.set_offline(False)

    expect(page.locator(".bench-answer h2")).to_have_text("Fait", timeout=10_000)
    expect(page.locator("#unsent")).to_be_hidden()
