"""The mapping of a file in a browser: accessible at any width, done by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import delete

from parc.storage.database import writing
from parc.storage.mapping_tables import MappingRow, WordRow
from tests.browser.conftest import Site
from tests.browser.test_pages import WIDTHS, check

LIST = (
    "Parc de la mairie;;;;\n"
    "N° PC;SN machine;Site;Salle;Coût TTC;Etat machine\n"
    "PC-17;640HP72;Mairie;B12;1440;Zorglub\n"
    "PC-18;640HP73;Mairie;;1440;En servise\n"
)


@pytest.fixture(autouse=True)
def forgetful(site: Site) -> None:
    """Forget what another test has said of these headings."""
    with writing(site.engine) as session:
        session.execute(delete(MappingRow))
        session.execute(delete(WordRow))


def sent(page: Page, folder: Path) -> str:
    """Send a file of headings that parc does not know; give where the editor is."""
    path = folder / "liste.csv"
    path.write_text(LIST, encoding="utf-8")
    page.goto("/imports")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Voir ce que l'import ferait").click()
    page.wait_for_url("**/mapping")
    return page.url


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_columns_then_words_are_said(
    site: Site, browser: Browser, tmp_path: Path, width: int, theme: str
) -> None:
    viewport = {"width": width, "height": WIDTHS[width]}
    context = site.open(browser, viewport=viewport, color_scheme=theme)
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if m.type != "log" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sent(page, tmp_path)

    page.select_option("#field-0", "tag")
    page.get_by_text("Lu ainsi").wait_for()
    page.select_option("#field-4", "price")
    page.locator("#unit-4").wait_for()
    page.select_option("#unit-4", "euros_with_vat")
    page.select_option("#field-5", "state")
    page.get_by_text("« Zorglub » n'est pas reconnu").wait_for()
    editor = page.url
    page.get_by_role("button", name="Enregistrer, puis les mots").click()
    page.wait_for_url("**/words")
    page.select_option("#meaning-0", "in_repair")
    words = page.url
    page.get_by_role("button", name="Enregistrer et relire").click()
    page.get_by_text("Correspondance mémorisée du").wait_for()

    for address in (editor, words):
        looked_at = context.new_page()
        looked_at.goto(address)
        check(looked_at, complaints)
    page.goto("/imports/mappings")
    page.locator("td a").first.click()
    page.wait_for_load_state()
    check(page, complaints)
    context.close()


def test_the_focus_stays_on_the_column_being_said(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    context = site.open(browser)
    page = context.new_page()
    sent(page, tmp_path)

    page.locator("#field-0").focus()
    page.keyboard.type("Num", delay=30)
    page.get_by_text("Lu ainsi").wait_for()

    assert page.locator(":focus").get_attribute("id") == "field-0"
    assert page.locator("#field-0").input_value() == "serial"
    context.close()
