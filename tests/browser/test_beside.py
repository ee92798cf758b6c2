"""Photos, notes and sources on a device's page, sent and unfolded in a browser."""

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.browser.conftest import Site
from tests.browser.test_pages import check, look
from tests.storage.test_pictures import a_photo
from tests.web.lives import PDF

FILES: list[FilePayload] = [
    {
        "name": "dos.png",
        "mimeType": "image/png",
        "buffer": a_photo((900, 600), kind="PNG"),
    },
    {"name": "notice.pdf", "mimeType": "application/pdf", "buffer": PDF},
]


def unfold(page: Page) -> None:
    """Open every fold of the page."""
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_photos_files_and_notes_go_in_and_come_out(
    browser: Browser, site: Site, width: int, height: int
) -> None:
    size = {"width": width, "height": height}
    context = site.open(browser, viewport=size)
    page, complaints = look(context, f"/devices/{site.tag}")
    before = page.locator("#notes li").count()

    page.get_by_text("Ajouter des photos ou des fichiers").click()
    page.get_by_label("Photos ou fichiers").set_input_files(FILES)
    page.get_by_label("Légende").fill("Dos et étiquette")
    page.get_by_role("button", name="Ajouter", exact=True).click()
    expect(page.locator("#notice")).to_contain_text("fichiers ajoutés")
    photo = page.get_by_role("img", name="Dos et étiquette")
    expect(photo).to_be_visible()
    photo.scroll_into_view_if_needed()
    expect(photo).to_have_js_property("naturalWidth", 320)

    page.get_by_label("Nouvelle note").fill("Charnière fendue.\nÀ surveiller.")
    page.get_by_role("button", name="Ajouter la note").click()
    expect(page.locator("#notes li")).to_have_count(before + 1)

    unfold(page)
    page.get_by_role("button", name="Retirer : Dos et étiquette").first.click()
    page.get_by_role("button", name="Retirer : Dos et étiquette").first.click()
    page.get_by_role("button", name="Retirer la note").first.click()
    expect(page.locator("#notes li.annulled")).to_have_count(before + 1)

    unfold(page)
    check(page, complaints)
    context.close()
