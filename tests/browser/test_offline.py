"""Scans without a network: kept through everything, sent in order, none twice."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import (  # type: ignore[import-untyped]  # ships no types
    Axe,
)
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlmodel import select

from parc.domain.command import Command
from parc.domain.mode_card import cards
from parc.domain.vocabulary import Action
from parc.operations.rules import rules_for
from parc.storage import journal
from parc.storage.database import reading, writing
from parc.storage.scan_tables import ScanRow
from parc.storage.tables import DeviceRow, EventRow, OwnerRow
from tests.browser.conftest import Site
from tests.browser.test_scan import BURST, arm
from tests.factories import ALICE, TODAY
from tests.photographed import jpeg, label_of, taken
from tests.web.conftest import NOW, register_laptop

SLOW = 15_000
"""Milliseconds: the page tries again every three seconds."""

EMPTY = """() => new Promise((done, fail) => {
  setTimeout(fail, 15000);
  const look = async () =>
    (await window.parcScans.all()).length ? setTimeout(look, 100) : done(true);
  look();
})"""
"""Wait until nothing waits on the telephone."""

CARDS = {card.word: code for code, card in cards().items()}


@pytest.fixture
def context(site: Site, browser: Browser) -> Iterator[BrowserContext]:
    """Open a telephone on which Alice is signed in."""
    context = site.open(browser, viewport={"width": 390, "height": 844})
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """Open the bench, and wait until it can do without a network."""
    page = context.new_page()
    page.goto("/scan")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    return page


def devices(site: Site, name: str, number: int = 3) -> list[str]:
    """Register laptops."""
    return [register_laptop(site.engine, serial=f"{name}{n}") for n in range(number)]


def scan(page: Page, *codes: str) -> None:
    """Scan codes, one burst each."""
    page.evaluate(BURST, [[code, "Enter"] for code in codes])


def done_to(site: Site, tag: str) -> list[str]:
    """List what was done to a device, registration left out."""
    with reading(site.engine) as session:
        device = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        events = session.exec(
            select(EventRow.action)
            .where(EventRow.device_id == device.id)
            .order_by(EventRow.seq)  # type: ignore[arg-type]  # a column
        )
        return list(events)[1:]


def in_order(site: Site, run: str) -> list[str]:
    """List what was scanned in a run, as it arrived: outcome and code."""
    with reading(site.engine) as session:
        rows = session.exec(
            select(ScanRow.result).where(ScanRow.run_id == run).order_by(ScanRow.id)  # type: ignore[arg-type]  # a column
        ).all()
    return [row.split('"code": "')[1].split('"')[0] for row in rows]


def run_of(page: Page) -> str:
    """Give the run that a page is in."""
    return page.locator("#scan-form input[name=run]").input_value()


def waiting(page: Page, *codes: str) -> None:
    """Assert which scans the page shows as not synchronised, in this order."""
    expect(page.locator("#waiting li .tag")).to_have_text(list(codes))
    expect(page.locator("#unsent")).to_contain_text("non synchronisé")


def test_scans_survive_a_reload_without_a_network_and_are_sent_in_order(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tags = devices(site, "RELOAD", 4)
    arm(page, "Affecter")
    context.set_offline(True)
    scan(page, tags[0], tags[1])
    waiting(page, tags[0], tags[1])
    run = run_of(page)

    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Poste de scan, hors ligne"
    )
    expect(page.locator("#bench-known")).to_contain_text("Affecter")
    waiting(page, tags[0], tags[1])
    scan(page, tags[2])
    page.get_by_label("Code", exact=True).fill(tags[3])
    page.get_by_role("button", name="Garder ce scan").click()
    waiting(page, *tags)

    context.set_offline(False)

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Poste de scan", timeout=SLOW
    )
    expect(page.locator("dt:text-is('Fait') + dd")).to_have_text("4")
    expect(page.locator("#unsent")).to_be_hidden()
    assert in_order(site, run) == tags
    assert [done_to(site, tag) for tag in tags] == [["assign"]] * 4


def test_scans_survive_the_death_of_the_window(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tags = devices(site, "CRASH")
    arm(page, "Affecter")
    run = run_of(page)
    context.set_offline(True)
    scan(page, *tags)
    waiting(page, *tags)

    page.close(run_before_unload=False)
    again = context.new_page()
    again.goto("/scan")
    waiting(again, *tags)
    again.close()
    context.set_offline(False)
    last = context.new_page()
    last.goto("/scan")

    expect(last.locator("#unsent")).to_be_hidden(timeout=SLOW)
    last.evaluate(EMPTY)
    assert in_order(site, run) == tags
    assert [done_to(site, tag) for tag in tags] == [["assign"]] * 3


def test_an_answer_lost_on_its_way_does_not_double_the_scan(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tags = devices(site, "LOST")
    arm(page, "Affecter")
    run = run_of(page)
    lost: list[str] = []

    def lose_first_answer(route: object) -> None:
        if lost:
            route.continue_()  # type: ignore[attr-defined]  # a Route
            return
        lost.append("once")
        route.fetch()  # type: ignore[attr-defined]  # the server has it
        route.abort()  # type: ignore[attr-defined]  # the telephone has not

    page.route("**/scan", lose_first_answer)
    scan(page, *tags)

    expect(page.locator("dt:text-is('Fait') + dd")).to_have_text("3", timeout=SLOW)
    assert lost
    assert in_order(site, run) == tags
    assert [done_to(site, tag) for tag in tags] == [["assign"]] * 3


def test_a_card_scanned_without_a_network_holds_for_what_follows(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tags = devices(site, "CARDS", 2)
    arm(page, "Affecter")
    run = run_of(page)
    context.set_offline(True)
    scan(page, tags[0], CARDS["RETOUR-TRI"], tags[0], tags[1])
    waiting(page, tags[0], CARDS["RETOUR-TRI"], tags[0], tags[1])

    context.set_offline(False)

    expect(page.locator("#waiting")).to_be_hidden(timeout=SLOW)
    expect(page.locator("dt:text-is('Fait') + dd")).to_have_text("2")
    assert done_to(site, tags[0]) == ["assign", "return"]
    # In stock since ever: it cannot be returned, and that is told.
    assert in_order(site, run)[-1] == tags[1]
    expect(page.locator("#to-see li")).to_contain_text([f"Refusé : {tags[1]}"])


def test_what_changed_meanwhile_is_told_and_stays_until_seen(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tag, other = devices(site, "CONFLICT", 2)
    arm(page, "Affecter")
    context.set_offline(True)
    scan(page, tag, other)
    waiting(page, tag, other)
    assign(site, tag)

    context.set_offline(False)

    told = page.locator("#to-see li")
    expect(told).to_contain_text([f"Conflit : {tag}"], timeout=SLOW)
    expect(told).to_contain_text(["Ce matériel a changé depuis votre scan"])
    expect(page.locator("dt:text-is('Fait') + dd")).to_have_text("1")
    assert done_to(site, tag) == ["assign"]
    assert done_to(site, other) == ["assign"]

    page.reload()
    expect(told).to_contain_text([f"Conflit : {tag}"])
    assert Axe().run(page).violations_count == 0
    page.get_by_role("button", name="Vu").click()
    expect(page.locator("#to-see")).to_be_hidden()
    page.reload()
    expect(page.locator("#to-see")).to_be_hidden()


def test_another_person_does_not_send_what_alice_scanned(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tags = devices(site, "SHARED", 1)
    arm(page, "Affecter")
    context.set_offline(True)
    scan(page, *tags)
    waiting(page, *tags)
    page.evaluate(
        """async () => {
          const [scan] = await window.parcScans.all();
          await window.parcScans.remove(scan.seq);
          delete scan.seq;
          scan.actor = "U-AN0THER0";
          await window.parcScans.add(scan);
        }"""
    )
    context.set_offline(False)
    page.reload()

    expect(page.locator("#unsent")).to_contain_text("d'une autre personne")
    assert done_to(site, tags[0]) == []


def test_who_is_signed_out_meanwhile_keeps_the_scans(
    page: Page, context: BrowserContext, site: Site
) -> None:
    tags = devices(site, "SIGNED", 1)
    arm(page, "Affecter")
    kept = context.cookies()
    context.clear_cookies()
    scan(page, *tags)

    expect(page.locator("#unsent")).to_contain_text("reconnectez-vous")
    expect(page.get_by_role("link", name="Se reconnecter")).to_be_visible()
    context.add_cookies(kept)  # type: ignore[arg-type]  # what it gave itself
    page.goto("/scan")

    page.evaluate(EMPTY)
    assert done_to(site, tags[0]) == ["assign"]


def test_no_page_that_shows_devices_is_kept_on_the_telephone(
    page: Page, site: Site
) -> None:
    page.goto(f"/devices/{site.tag}")
    kept = page.evaluate(
        """async () => {
          const texts = [];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              texts.push(request.url, await (await cache.match(request)).text());
            }
          }
          return texts;
        }"""
    )

    assert any(text.endswith("/scan/offline") for text in kept)
    assert not any(site.tag in text or "alice" in text for text in kept)


def assign(site: Site, tag: str) -> None:
    """Let somebody act on a device at the desk."""
    with writing(site.engine) as session:
        row = session.exec(select(DeviceRow).where(DeviceRow.tag == tag)).one()
        owner = session.get_one(OwnerRow, row.owner_id)
        command = Command(Action.ASSIGN, TODAY, NOW, ALICE)
        journal.record(session, row, command, rules_for(session, owner, TODAY))


CAMERA = """
window.BarcodeDetector = class {
  static getSupportedFormats() { return Promise.resolve(["qr_code", "code_128"]); }
  detect() {
    const found = window.seen.length > 1 ? window.seen.shift() : window.seen[0];
    return Promise.resolve((found ?? []).map((rawValue) => ({rawValue})));
  }
};
window.seen = [];
navigator.mediaDevices.getUserMedia = () =>
  Promise.resolve(document.createElement("canvas").captureStream());
"""
"""A browser that reads codes itself: `seen` holds what each look finds."""


def test_the_camera_scans_what_it_reads_twice_and_never_one_of_two(
    context: BrowserContext, site: Site
) -> None:
    tag, other = devices(site, "CAMERA", 2)
    context.add_init_script(CAMERA)
    page = context.new_page()
    page.goto("/scan")
    page.get_by_role("button", name="Scanner avec la caméra").click()
    said = page.locator("#camera-said")

    page.evaluate("(tags) => (window.seen = [tags])", [tag, other])
    expect(said).to_contain_text("cadrez une seule étiquette")
    expect(page.locator(".bench-answer")).to_contain_text("Scannez une étiquette")

    looks = [[f"LL-{n:06d}-X"] for n in (1, 2)]  # each seen once: misread
    address = f"HTTPS://PARC.EXEMPLE.FR/D/{tag}"
    page.evaluate("(looks) => (window.seen = looks)", [*looks, [address, tag]])
    expect(page.locator(".bench-answer .tag")).to_have_text(tag)
    assert in_order(site, run_of(page)) == [tag]

    page.get_by_role("button", name="Arrêter la caméra").click()
    expect(page.locator("#camera")).to_be_hidden()


def test_a_browser_that_reads_no_codes_offers_the_photo_alone(page: Page) -> None:
    assert not page.evaluate("'BarcodeDetector' in window")
    expect(page.get_by_role("button", name="Scanner avec la caméra")).to_be_hidden()
    expect(page.get_by_label("Photo de l'étiquette")).to_be_visible()


def test_a_photo_is_sent_as_soon_as_it_is_taken(page: Page, site: Site) -> None:
    photo = {
        "name": "IMG_0001.jpg",
        "mimeType": "image/jpeg",
        "buffer": taken(label_of(site.tag)),
    }

    page.get_by_label("Photo de l'étiquette").set_input_files(photo)  # type: ignore[arg-type]  # a TypedDict in all but name

    expect(page.locator(".bench-answer .tag")).to_have_text(site.tag)


def test_the_choice_between_two_devices_of_a_photo_is_accessible(
    page: Page, site: Site
) -> None:
    tags = devices(site, "CHOICE", 2)
    scene = Image.new("L", (1600, 1200), 60)
    for place, tag in enumerate(tags):
        scene.paste(label_of(tag).resize((800, 480)), (400, 80 + 540 * place))
    photo = {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": jpeg(scene, 80)}
    page.get_by_label("Photo de l'étiquette").set_input_files(photo)  # type: ignore[arg-type]  # a TypedDict in all but name
    expect(page.get_by_role("heading", level=1)).to_have_text("Lequel ?")
    assert Axe().run(page).violations_count == 0

    page.get_by_role("button", name=f"Scanner {tags[1]}").click()

    expect(page.locator(".bench-answer .tag")).to_have_text(tags[1])
