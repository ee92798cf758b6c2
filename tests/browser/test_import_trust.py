"""An import shown, applied, looked at to be undone, undone: readable at any width."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Site
from tests.browser.test_pages import THEMES, WIDTHS, check, look

HEADING = "Étiquette;N° de série;Type;Marque;Modèle;Prix HT\n"
COUNT = 60


def rows(prefix: str, model: str) -> str:
    """Write screens of one model, and a row that is rejected."""
    made = (f"{prefix}-{n};{prefix}{n};Écran;Dell;{model};99,90" for n in range(COUNT))
    return HEADING + "\n".join([*made, ";;Écran;HP;E24;"])


def shown(page: Page, path: Path, content: str) -> str:
    """Send a file; give the address where one is asked to agree."""
    path.write_text(content, encoding="utf-8")
    page.goto("/imports")
    page.set_input_files("#file", path)
    page.get_by_role("button", name="Voir ce que l'import ferait").click()
    page.get_by_role("heading", name="Ce que l'import ferait").wait_for()
    return page.url


def agreed(page: Page, address: str) -> None:
    """Apply an import."""
    page.goto(address)
    page.get_by_role("button", name="Appliquer l'import").click()
    page.get_by_role("heading", name="Import appliqué").wait_for()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_an_import_is_looked_at_applied_and_taken_back(
    site: Site, browser: Browser, tmp_path: Path, width: int, theme: str
) -> None:
    viewport = {"width": width, "height": WIDTHS[width]}
    context = site.open(browser, viewport=viewport, color_scheme=theme)
    page = context.new_page()
    path, prefix = tmp_path / "liste.csv", f"{theme[0].upper()}{width}"
    first = shown(page, path, rows(prefix, "P2419H"))
    check(*look(context, first))
    agreed(page, first)

    second = shown(page, path, rows(prefix, "P2422H"))
    check(*look(context, second))
    check(*look(context, f"{second}/differences"))
    agreed(page, second)
    check(*look(context, second))

    page.get_by_role("button", name="Annuler cet import…").click()
    page.get_by_role("heading", name="Ce que l'annulation ferait").wait_for()
    check(*look(context, page.url))
    page.fill("#reason", "Mauvais fichier")
    page.get_by_role("button", name="Annuler l'import pour 60 matériels").click()
    page.get_by_role("heading", name="Import annulé").wait_for()
    check(*look(context, page.url))
    context.close()
