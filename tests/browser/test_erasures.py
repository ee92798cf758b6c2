"""A report of erasure from the file to the settled medium; its page looked at."""

import re
from pathlib import Path

from playwright.sync_api import Browser, expect

from parc.domain.vocabulary import Action
from parc.operations.rules import rules_for
from parc.storage import journal
from parc.storage.database import writing
from parc.storage.devices import find
from parc.storage.tables import OwnerRow
from tests.browser.conftest import Site
from tests.browser.test_pages import check, look
from tests.factories import ALICE, LENS, TODAY, a_command
from tests.imports.erasure_reports import HDD, NVME, nwipe_log
from tests.operations.counting import viewer_of
from tests.web.conftest import register_laptop


def described(site: Site, tag: str, serial: str, kind: str) -> None:
    """Describe a medium of a device."""
    details = {"category": "laptop", "medium_serial": serial, "medium_kind": kind}
    with writing(site.engine) as session:
        row = find(session, viewer_of(site.engine, ALICE, LENS), tag)
        assert row is not None
        owner = session.get_one(OwnerRow, row.owner_id)
        command = a_command(Action.DESCRIBE, TODAY, details)
        journal.record(session, row, command, rules_for(session, owner, TODAY))


def test_a_report_settles_one_medium_and_a_person_accepts_the_other(
    site: Site, browser: Browser, tmp_path: Path
) -> None:
    tag = register_laptop(site.engine, serial="EFFACE1")
    described(site, tag, HDD[4], "hdd")
    described(site, tag, NVME[4], "nvme")
    log = tmp_path / "poste.log"
    log.write_bytes(nwipe_log(HDD, NVME))
    context = site.open(browser, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto("/erasures")
    if not page.get_by_label("Rapports obligatoire").is_visible():
        page.get_by_text("Joindre des rapports").click()
    page.get_by_label("Rapports obligatoire").set_input_files(log)
    page.get_by_role("button", name="Lire les rapports").click()
    expect(page).to_have_url(re.compile(r"/erasures/[0-9]+$"))
    check(*look(context, page.url))

    page.get_by_role("button", name="Solder les supports établis (1)").click()
    expect(page.get_by_text("Supports soldés : 1")).to_be_visible()
    page.get_by_text("Accepter quand même").click()
    page.get_by_label("Motif").fill("Aucune donnée nominative")
    page.get_by_role("button", name="Solder avec ce motif").click()
    expect(page.get_by_text("avec motif : Aucune donnée")).to_be_visible()

    page.goto(f"/devices/{tag}")
    expect(page.locator("#erasures")).to_contain_text(f"{NVME[4]} : effacé et vérifié")
    context.close()
