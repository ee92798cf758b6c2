"""Rows to settle, with the keyboard alone, one after the other."""

import pytest
from playwright.sync_api import Browser
from sqlmodel import col, select

from parc.domain.intake_dispute import Settled
from parc.operations import importing
from parc.storage.conflict_tables import ConflictRow
from parc.storage.database import reading, writing
from parc.storage.tables import OwnerRow
from tests.browser.conftest import Site
from tests.browser.test_pages import check, look
from tests.factories import LENS, TODAY, at

pytestmark = pytest.mark.browser

HEADING = "Étiquette;N° de série;UUID;Type;Marque;Modèle"
UUID = "4c4c4544-0036-3410-8048-b6c04f485032"


@pytest.fixture
def waiting(site: Site) -> list[int]:
    """Import two devices, then two rows whose tag and UUID disagree."""
    for rows in (
        [
            f"KX-17;KX640HP72;{UUID};PC portable;Dell;Latitude 5420",
            "KX-18;KX77AB12;;Écran;Dell;",
        ],
        [f"KX-18;;{UUID};PC portable;Dell;Latitude 7400"],
        [f"KX-18;;{UUID};PC portable;Dell;Latitude 7420"],
    ):
        with writing(site.engine) as session:
            owner = session.exec(select(OwnerRow).where(OwnerRow.siret == LENS)).one()
            content = "\n".join([HEADING, *rows]).encode()
            asked = importing.Asked(content, owner, "command-line", at(TODAY), TODAY)
            importing.run(session, asked)
    with reading(site.engine) as session:
        found = session.exec(
            select(ConflictRow.id)
            .where(ConflictRow.state == Settled.OPEN)
            .order_by(col(ConflictRow.id))
        )
        return list(found)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_comparison_is_accessible_and_never_too_wide(
    browser: Browser, site: Site, waiting: list[int], width: int
) -> None:
    window = site.open(browser, viewport={"width": width, "height": 900})
    for address in (f"/imports/conflicts/{waiting[0]}", "/imports/conflicts"):
        check(*look(window, address))
    window.close()


def test_one_settles_a_row_with_the_keyboard_and_the_next_one_comes(
    browser: Browser, site: Site, waiting: list[int]
) -> None:
    window = site.open(browser)
    page = window.new_page()
    page.goto(f"/imports/conflicts/{waiting[0]}")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/imports/conflicts/{waiting[1]}")

    assert "c'est KX-17" in page.content()
    page.get_by_role("button", name="Revenir sur ce choix").click()
    page.wait_for_url(f"**/imports/conflicts/{waiting[0]}")
    assert "de nouveau à départager" in page.content()
    window.close()
