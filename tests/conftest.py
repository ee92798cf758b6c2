"""What every test may ask for: a database server, a browser; and how hard to look.

`PARC_TEST_BACKEND` chooses `sqlite` (by default) or `postgresql`, so that the same
tests run on both. On PostgreSQL those that touch no database are left out: they ran
already. The server is `PARC_TEST_DATABASE_URL`, else a private one.
"""

import gc
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, sync_playwright

from tests import postgres

IN_CI = bool(os.environ.get("CI"))
BACKEND = os.environ.get("PARC_TEST_BACKEND", "sqlite")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

settings.register_profile(
    "short",
    # Two busy cores tell nothing of the code's own speed.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
    # Continuous integration must not fail one day and pass the next.
    derandomize=IN_CI,
    max_examples=100,
)
settings.register_profile("quick", settings.get_profile("short"), max_examples=20)
settings.register_profile(
    "deep", settings.get_profile("short"), max_examples=5_000, derandomize=False
)
settings.register_profile("again", settings.get_profile("short"), max_examples=40)
# On the second database the same examples come first; the others ran on the first.
settings.load_profile("again" if BACKEND == "postgresql" else "short")


def pytest_configure(config: pytest.Config) -> None:
    """Start PostgreSQL once, before the worker processes that share it."""
    if BACKEND not in {"sqlite", "postgresql"}:
        message = f"PARC_TEST_BACKEND : sqlite ou postgresql, et non « {BACKEND} »."
        raise pytest.UsageError(message)
    is_worker = hasattr(config, "workerinput")
    if BACKEND == "sqlite" or is_worker or os.environ.get(postgres.URL_VARIABLE):
        return
    stack = ExitStack()
    try:
        os.environ[postgres.URL_VARIABLE] = stack.enter_context(postgres.server())
    except postgres.PostgresError as error:
        raise pytest.UsageError(str(error)) from error
    config.add_cleanup(stack.close)


def pytest_report_header() -> str:
    """Say on which database the tests run."""
    return f"base de données : {BACKEND}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Mark browser tests; on PostgreSQL keep those that touch the database.

    What a browser shows does not depend on it: pages are asked of both without one.
    """
    asked = {item: getattr(item, "fixturenames", ()) for item in items}
    for item in items:
        if "browser" in asked[item]:
            item.add_marker("browser")
    if BACKEND == "postgresql":
        left_out = {
            item
            for item in items
            if "postgresql_server" not in asked[item] or "browser" in asked[item]
        }
        config.hook.pytest_deselected(items=[i for i in items if i in left_out])
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish() -> None:
    """Spare the search for cycles what stays until the end, as the server does."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 20)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str | None]:
    """Give the URL of this process's own database on PostgreSQL, or None on SQLite.

    Its user may create others beside it; those whose name begins with its name are
    dropped at the end of the session.
    """
    if BACKEND == "sqlite":
        yield None
        return
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"parc_test_{worker}_{os.getpid()}"
    with postgres.own_database(os.environ[postgres.URL_VARIABLE], name) as url:
        yield url


@pytest.fixture(scope="session")
def database_url(
    postgresql_server: str | None, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Give the URL of an empty database, one for this process's whole session."""
    if postgresql_server is not None:
        return postgresql_server
    return f"sqlite:///{tmp_path_factory.mktemp('database') / 'parc.db'}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give a headless Chromium; without one, skip (or fail where CI is set)."""
    path = chromium()
    if path is None:
        reason = "Chromium introuvable (sous Debian : apt install chromium)."
        if IN_CI:
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_FLAGS)
        )
        yield browser
        browser.close()


def chromium() -> Path | None:
    """Find the system's Chromium: Playwright's own download is never used."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser"))
    return next((Path(path) for path in found if path), None)
