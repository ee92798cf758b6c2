"""A profile from its first line to the gap that the stock fills, in a real browser."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, expect
from sqlmodel import select

from parc.storage import people
from parc.storage.database import writing
from parc.storage.tables import OwnerRow
from tests.browser.conftest import Site
from tests.browser.test_pages import check, look
from tests.factories import LENS
from tests.web.conftest import register_laptop


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[BrowserContext]:
    """Open a phone in which Alice is signed in."""
    context = site.open(browser, viewport={"width": 390, "height": 844})
    yield context
    context.close()


def test_a_profile_its_gap_and_the_stock_before_any_purchase(
    site: Site, phone: BrowserContext
) -> None:
    register_laptop(site.engine, serial="NAVIGATEUR2")
    with writing(site.engine) as session:
        lens = session.exec(select(OwnerRow.id).where(OwnerRow.siret == LENS)).one()
        people.person_id(session, lens, "Zoé du navigateur")
    page, complaints = look(phone, "/profiles")
    if not page.get_by_label("Nom", exact=False).first.is_visible():
        page.get_by_text("Ajouter un profil").click()
    page.get_by_label("Nom", exact=False).first.fill("Agent du navigateur")
    page.get_by_label("Pour", exact=False).select_option(label="Poste")
    page.locator("#category-0").select_option(label="Ordinateur portable")
    page.locator("#quantity-0").fill("1")
    page.get_by_role("button", name="Ajouter le profil").click()
    expect(page).to_have_url(re.compile(r"/profiles/[0-9]+$"))
    profile = page.url

    page.get_by_label("Chercher une personne ou un service").fill("navigateur")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_label("Zoé du navigateur").check()
    page.get_by_role("button", name="Donner à ceux qui sont cochés").click()

    expect(page).to_have_url(profile)
    expect(page.get_by_text("manque 1 × ordinateur portable")).to_be_visible()
    check(page, complaints)

    page, complaints = look(phone, "/profiles/gaps")
    page.get_by_role("link", name=re.compile("en stock")).first.click()
    expect(page).to_have_url(re.compile("state=in_stock"))
    page.go_back()
    check(page, complaints)
