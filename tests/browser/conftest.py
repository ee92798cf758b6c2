"""A served application, and a browser in which Alice is signed in."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import Engine

from parc.config import Settings
from parc.web.app import create_app
from parc.web.deps import COOKIE
from tests.databases import fresh_engine
from tests.factories import ALICE
from tests.web.conftest import NOW, populate, register_laptop, signed_in


@dataclass(frozen=True)
class Site:
    """Where the application answers, Alice's session, and a device of hers."""

    address: str
    session: str
    tag: str
    engine: Engine

    def open(self, browser: Browser, **options: object) -> BrowserContext:
        """Open a window in which Alice is signed in."""
        context = browser.new_context(base_url=self.address, **options)  # type: ignore[arg-type]  # passed on as they are
        cookie = {"name": COOKIE, "value": self.session, "url": self.address}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a TypedDict in all but name
        return context


@pytest.fixture(scope="session")
def site(
    postgresql_server: str | None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Serve the application with a few devices, on a free port."""
    settings = Settings(data_dir=tmp_path_factory.mktemp("site"))
    with fresh_engine(postgresql_server) as engine:
        populate(engine)
        tags = [register_laptop(engine, serial=f"SN{n:06d}") for n in range(60)]
        app = create_app(settings, engine, clock=lambda: NOW)
        config = uvicorn.Config(
            app,
            port=0,
            log_level="error",
            lifespan="off",
            ws="none",
            proxy_headers=False,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            thread.join(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        session = signed_in(app, engine, ALICE.id).cookies[COOKIE]
        yield Site(f"http://127.0.0.1:{port}", session, tags[0], engine)
        server.should_exit = True
        thread.join()
