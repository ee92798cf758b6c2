"""A list of réforme in two browsers: one person proposes, another decides."""

import re

from playwright.sync_api import Browser, Page, expect
from starlette.testclient import TestClient

from parc.config import Settings
from parc.web.app import create_app
from parc.web.deps import COOKIE
from tests.browser.conftest import Site
from tests.browser.test_pages import check
from tests.factories import BOB
from tests.web.conftest import register_laptop, signed_in


def seen(page: Page) -> None:
    """Check the page that is shown, in another tab of the same browser."""
    other = page.context.new_page()
    other.goto(page.url)
    check(other, [])


def test_a_list_is_proposed_then_decided_by_another_person(
    site: Site, browser: Browser
) -> None:
    one, two = (register_laptop(site.engine, serial=f"REFORM-{n}") for n in range(2))
    context = site.open(browser, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto("/decommissions/new")
    page.get_by_label("Motif pour tous").fill("Trop lent")
    page.get_by_label("Matériels", exact=True).fill(f"{one}\n{two}")
    page.get_by_role("button", name="Préparer la liste").click()
    expect(page).to_have_url(re.compile(r"/decommissions/[0-9]+$"))
    seen(page)

    page.get_by_label(f"Valeur estimée de {one}").fill("45,50")
    page.get_by_label(f"Méthode pour {one}").select_option(
        label="Comparaison avec le marché de l'occasion"
    )
    page.get_by_role("button", name="Proposer la réforme").click()
    expect(page.locator(".standing .badge")).to_have_text("À décider")
    seen(page)
    address = page.url
    context.close()

    client: TestClient = signed_in(
        create_app(Settings(), site.engine), site.engine, BOB.id
    )
    bob = browser.new_context(
        base_url=site.address, viewport={"width": 390, "height": 844}
    )
    cookie = {"name": COOKIE, "value": client.cookies[COOKIE], "url": site.address}
    bob.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict in all but name
    page = bob.new_page()
    page.goto(address)
    seen(page)
    page.get_by_label(f"Motif du refus de {two}").fill("Encore utile")
    page.get_by_label("Numéro de l'acte").fill("DEL-2026-41")
    page.get_by_role("button", name="Prononcer la décision").click()

    expect(page.locator(".standing .badge")).to_have_text("Décidée")
    expect(page.get_by_role("cell", name="Encore utile")).to_be_visible()
    expect(page.get_by_role("link", name="Certificat administratif")).to_be_visible()
    seen(page)
    bob.close()
