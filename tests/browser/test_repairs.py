"""A repair from the breakdown to the return, with a part; its pages looked at."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import check, look
from tests.web.conftest import register_laptop


@pytest.fixture
def phone(site: Site, browser: Browser) -> Iterator[BrowserContext]:
    """Open a phone in which Alice is signed in."""
    context = site.open(browser, viewport={"width": 390, "height": 844})
    yield context
    context.close()


def part_in_stock(page: Page) -> None:
    """Follow a part, two of it in stock."""
    page.goto("/repairs/parts")
    folded = page.get_by_text("Ajouter une pièce à suivre")
    if not page.get_by_label("Désignation").is_visible():
        folded.click()
    page.get_by_label("Désignation").fill("Batterie du navigateur")
    page.get_by_label("Coût unitaire HT").fill("45,50")
    page.get_by_role("button", name="Ajouter la pièce").click()
    expect(page).to_have_url(re.compile(r"/repairs/parts/[0-9]+$"))
    page.locator("#receive-f-quantity").fill("2")
    page.get_by_role("button", name="Enregistrer la réception").click()
    expect(page.get_by_text("en stock, minimum")).to_contain_text("2")


def test_a_breakdown_a_part_and_the_return(site: Site, phone: BrowserContext) -> None:
    tag = register_laptop(
        site.engine, serial="NAVIGATEUR1", warranty_ends_on="2026-12-31"
    )
    page = phone.new_page()
    part_in_stock(page)
    stock = page.url
    page.goto(f"/devices/{tag}")
    page.get_by_role("link", name="Ouvrir un ordre de réparation").click()
    expect(page.get_by_text("La garantie court jusqu'au 31/12/2026")).to_be_visible()
    page.get_by_label("Panne ou besoin signalé").fill("Ne tient plus la charge")
    page.get_by_label("Réparé", exact=False).first.select_option(label="En interne")
    page.get_by_label("Demande au titre de la garantie").select_option(label="Non")
    page.get_by_role("button", name="Ouvrir l'ordre").click()
    expect(page).to_have_url(re.compile(r"/repairs/[0-9]+$"))
    order = page.url
    expect(page.locator(".standing")).to_contain_text("En réparation")

    part = "Batterie du navigateur (2 en stock)"
    page.locator("#parts-f-part").select_option(label=part)
    page.get_by_role("button", name="Prendre dans le stock").click()
    expect(page.get_by_role("region", name="Pièces de l'ordre")).to_contain_text(
        "45,50"
    )
    page.get_by_label("Diagnostic").select_option(label="Batterie")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Clore l'ordre").first.click()
    page.get_by_label("Résultat").select_option(label="Réparé")
    page.get_by_label("Le matériel revient").select_option(label="En stock")
    page.get_by_role("button", name="Clore l'ordre").click()
    expect(page.locator(".standing")).to_contain_text("Clos")
    expect(page.locator(".standing")).to_contain_text("En stock")
    page.close()

    for address in (order, "/repairs/closed", f"/devices/{tag}", stock):
        check(*look(phone, address))


def test_an_open_order_is_accessible(site: Site, phone: BrowserContext) -> None:
    tag = register_laptop(site.engine, serial="NAVIGATEUR2")
    page = phone.new_page()
    page.goto(f"/repairs/new?code={tag}")
    page.get_by_label("Panne ou besoin signalé").fill("Écran fendu")
    page.get_by_label("Réparé", exact=False).first.select_option(label="En interne")
    page.get_by_role("button", name="Ouvrir l'ordre").click()
    expect(page).to_have_url(re.compile(r"/repairs/[0-9]+$"))
    page.get_by_text("Clore l'ordre").first.click()
    page.get_by_role("button", name="Clore l'ordre").click()
    order = page.url
    page.close()

    check(*look(phone, order))
    check(*look(phone, "/repairs"))
