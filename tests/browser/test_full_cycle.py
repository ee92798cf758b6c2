"""One computer from its order to the proposal of its réforme, in a browser."""

import re

from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_repairs import part_in_stock
from tests.browser.test_slips import sign

NUMBER = "BC-CYCLE"
SERIAL = "CYCLE0001"


def order(page: Page) -> None:
    """Order a laptop, receive it by scanning its serial."""
    page.goto("/purchases/new")
    page.get_by_label("Numéro", exact=False).first.fill(NUMBER)
    page.get_by_label("Fournisseur ou donateur").fill("UGAP")
    page.get_by_label("Type de matériel").select_option(label="Ordinateur portable")
    page.get_by_label("Marque").first.fill("Dell")
    page.get_by_label("Modèle").first.fill("Latitude 5420")
    page.get_by_label("Quantité").fill("1")
    page.get_by_label("Montant HT").fill("940,00")
    page.get_by_label("État à l'achat").select_option(label="Reconditionné")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("heading", name=NUMBER)).to_be_visible()
    page.get_by_text("Réceptionner", exact=True).click()
    page.get_by_label("Numéros de série").focus()
    page.keyboard.type(SERIAL)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Mettre en stock").click()
    expect(page.locator("#notice")).to_contain_text("en stock")


def hand_over(page: Page, tag: str) -> None:
    """Hand it to somebody against a signature."""
    page.goto(f"/slips/new?code={tag}")
    page.get_by_label("Sorte de bon").select_option(label="Bon de remise")
    page.get_by_label("Personne ou service").fill("Jeanne Cycle")
    page.get_by_role("button", name="Préparer le bon").click()
    expect(page).to_have_url(re.compile(r"/slips/[0-9]+$"))
    sign(page)
    page.get_by_role("button", name="Signer").click()
    expect(page.locator(".standing .badge")).to_have_text("Signé")


def repair(page: Page, tag: str) -> None:
    """Repair it with a part, and bring it back into service."""
    part_in_stock(page)
    page.goto(f"/repairs/new?code={tag}")
    page.get_by_label("Panne ou besoin signalé").fill("Ne tient plus la charge")
    page.get_by_label("Réparé", exact=False).first.select_option(label="En interne")
    page.get_by_role("button", name="Ouvrir l'ordre").click()
    expect(page.locator(".standing")).to_contain_text("En réparation")
    page.locator("#parts-f-part").select_option(
        label="Batterie du navigateur (2 en stock)"
    )
    page.get_by_role("button", name="Prendre dans le stock").click()
    page.get_by_label("Diagnostic").select_option(label="Batterie")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Clore l'ordre").first.click()
    page.get_by_label("Résultat").select_option(label="Réparé")
    page.get_by_label("Le matériel revient").select_option(label="En service")
    page.get_by_role("button", name="Clore l'ordre").click()
    expect(page.locator(".standing")).to_contain_text("Clos")


def give_back(page: Page) -> None:
    """Take it back from the person's page, against a signature too."""
    page.get_by_role("button", name="Préparer la restitution").click()
    expect(page).to_have_url(re.compile(r"/slips/[0-9]+$"))
    sign(page)
    page.get_by_role("button", name="Signer").click()
    expect(page.locator(".standing .badge")).to_have_text("Signé")


def test_ordered_used_repaired_given_back_and_proposed_for_its_reforme(
    site: Site, browser: Browser
) -> None:
    context = site.open(browser, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    order(page)
    page.goto(f"/devices/find?code={SERIAL}")
    tag = page.url.rsplit("/", 1)[-1]
    hand_over(page, tag)
    person = page.get_by_role("link", name="Jeanne Cycle").get_attribute("href")
    assert person is not None
    repair(page, tag)
    page.goto(person)
    expect(page.get_by_role("link", name=tag)).to_be_visible()
    give_back(page)

    page.goto(f"/devices/{tag}")
    page.get_by_text("Proposer la réforme").first.click()
    page.locator("form[action$='/propose_decommission'] textarea").fill("Trop lent")
    page.locator("form[action$='/propose_decommission'] button").click()

    expect(page.get_by_text("Réforme proposée").first).to_be_visible()
    expect(page.get_by_role("link", name=f"{NUMBER}, ligne 1")).to_be_visible()
    history = page.locator("main").inner_text()
    done = [
        "Proposer la réforme",
        "Retourner",
        "Retour de réparation",
        "Envoyer en réparation",
        "Affecter",
        "Enregistrer",
    ]
    places = [history.rindex(label) for label in done]
    assert places == sorted(places), places
    context.close()
