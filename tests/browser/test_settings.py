"""The settings in a real browser: accessible, and usable without JavaScript."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from parc.domain.access import Grant
from parc.domain.vocabulary import Role
from parc.storage import accounts, people, sessions
from parc.storage.database import writing
from parc.web.deps import COOKIE
from tests.browser.conftest import Site
from tests.browser.pages import SETTINGS_PAGES
from tests.browser.test_pages import THEMES, WIDTHS, check, look
from tests.factories import ALICE, LENS
from tests.web.administration import DORA, owner_id
from tests.web.conftest import NOW

WINDOWS = [(width, theme) for width in WIDTHS for theme in THEMES]


@dataclass(frozen=True)
class Dora:
    """Who administers every owner: her session, and what her pages are about."""

    site: Site
    browser: Browser
    session: str
    names: dict[str, str]

    @contextmanager
    def window(
        self, width: int = 1280, theme: str = "light", *, scripts: bool = True
    ) -> Iterator[BrowserContext]:
        """Open a window in which she is signed in."""
        context = self.browser.new_context(
            base_url=self.site.address,
            viewport={"width": width, "height": WIDTHS[width]},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
        )
        cookie = {"name": COOKIE, "value": self.session, "url": self.site.address}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict in all but name
        yield context
        context.close()


@pytest.fixture(scope="module")
def dora(site: Site, browser: Browser) -> Dora:
    """Add Dora, and a site and a token of Lens."""
    lens = owner_id(site.engine, LENS)
    with writing(site.engine) as session:
        grants = [Grant(Role.ADMIN, None)]
        row = accounts.insert_account(session, DORA, grants, "-", NOW)
        secret = sessions.open_session(session, row, NOW, 12)
        hall = people.site_id(session, lens, "Mairie")
        accounts.add_token(session, "GLPI Agent", [Role.AGENT], [LENS], NOW)
    names = {"siret": LENS, "actor": ALICE.id, "site": str(hall)}
    return Dora(site, browser, secret, names)


@pytest.mark.parametrize("address", SETTINGS_PAGES)
@pytest.mark.parametrize(("width", "theme"), WINDOWS)
def test_a_page_is_accessible_silent_and_never_too_wide(
    dora: Dora, width: int, theme: str, address: str
) -> None:
    with dora.window(width, theme) as context:
        page, complaints = look(context, address.format_map(dora.names))

        check(page, complaints)


@pytest.mark.parametrize(("width", "theme"), WINDOWS)
def test_the_password_shown_once_is_accessible(
    dora: Dora, width: int, theme: str
) -> None:
    with dora.window(width, theme) as context:
        page, complaints = look(context, "/settings/accounts/new")
        page.get_by_label("Adresse électronique").fill(f"{width}@{theme}.example")
        page.get_by_text("Tous les propriétaires", exact=True).click()
        page.get_by_label("Auditeur (lecture seule)").first.check()
        page.get_by_role("button", name="Ajouter le compte").click()

        assert len(page.locator("#secret").inner_text()) >= 16
        check(page, complaints)


@pytest.mark.parametrize(("width", "theme"), WINDOWS)
def test_a_refused_form_is_accessible(dora: Dora, width: int, theme: str) -> None:
    with dora.window(width, theme) as context:
        page, complaints = look(context, "/settings/owners/new")
        page.get_by_label("SIRET").fill("21620573300011")
        page.get_by_label("Raison sociale").fill("Commune de Meurchin")
        page.get_by_role("button", name="Ajouter").click()
        expect(page.get_by_role("alert")).to_contain_text("14 chiffres")
        # The browser itself notes that the answer was a refusal.
        complaints.clear()

        check(page, complaints)


def test_the_prefix_follows_the_name_as_it_is_typed(dora: Dora) -> None:
    with dora.window() as context:
        page, complaints = look(context, "/settings/owners/new")
        page.get_by_label("Raison sociale").fill("Commune de Meurchin")
        page.get_by_label("Raison sociale").press("Tab")

        expect(page.get_by_label("Préfixe des étiquettes")).to_have_value("ME")
        assert complaints == []


def test_roles_are_changed_without_javascript(dora: Dora) -> None:
    with writing(dora.site.engine) as session:
        grants = [Grant(Role.AUDITOR, owner_id(dora.site.engine, LENS))]
        fay = accounts.insert_account(session, "fay@x.example", grants, "-", NOW)
    with dora.window(scripts=False) as context:
        page = context.new_page()
        page.goto(f"/settings/accounts/{fay.actor}")
        page.get_by_text("Loos-en-Gohelle", exact=True).click()
        page.get_by_role("group", name="Rôles pour : Loos-en-Gohelle").get_by_label(
            "Technicien"
        ).check()
        page.get_by_role("button", name="Enregistrer les rôles").click()

        assert "Rôles modifiés." in page.content()
        assert "Loos-en-Gohelle : Technicien" in _accounts(context)


def _accounts(context: BrowserContext) -> str:
    page = context.new_page()
    page.goto("/settings/accounts")
    return page.locator("main").inner_text().replace("\u00a0", " ")
