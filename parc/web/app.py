"""The application: its routes, its guard and its errors, put together."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from parc.clock import now
from parc.config import Settings
from parc.storage import schema
from parc.storage.database import connect
from parc.web import (
    accounting,
    api_devices,
    api_imports,
    api_scans,
    api_stocktakes,
    attachments,
    audit,
    batches,
    bulk,
    dashboard,
    decommissions,
    device_codes,
    device_files,
    device_lists,
    device_registration,
    device_views,
    devices,
    documents,
    erasure_papers,
    erasures,
    fleet,
    foresight,
    health,
    help_pages,
    import_conflicts,
    import_differences,
    import_mapping,
    import_meanings,
    import_memory,
    import_undo,
    imports,
    installable,
    label_runs,
    label_setup,
    label_stocks,
    labels,
    life_indicators,
    loans,
    merging,
    notes,
    people,
    photo_scan,
    problems,
    profiles,
    purchase_finance,
    purchase_lines,
    purchase_year,
    purchases,
    rendering,
    repair_contracts,
    repair_orders,
    repair_sheet,
    repairs,
    reports,
    scan,
    settings,
    settings_accounts,
    settings_own,
    settings_sites,
    settings_tokens,
    sign_in,
    slips,
    spare_parts,
    static_files,
    stocktakes,
)
from parc.web.background import Background
from parc.web.guard import Guard
from parc.web.scan_board import Bench, written_after

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    help_pages.router,
    sign_in.router,
    static_files.router,
    dashboard.router,
    device_files.router,
    device_lists.router,
    device_registration.router,
    device_views.router,
    bulk.router,
    batches.router,
    attachments.router,
    notes.router,
    merging.router,
    device_codes.router,
    audit.router,
    devices.router,  # after the other addresses under /devices: it takes any tag
    documents.router,
    fleet.router,
    api_devices.router,
    api_imports.router,
    api_scans.router,
    api_stocktakes.router,
    reports.router,
    installable.router,
    scan.router,
    stocktakes.router,
    erasure_papers.router,  # before: /erasures/{report} would take its addresses
    erasures.router,
    life_indicators.router,
    foresight.router,
    profiles.router,
    repairs.router,
    repair_sheet.router,
    spare_parts.router,
    repair_contracts.router,
    repair_orders.router,  # after the others under /repairs: it takes any number
    loans.router,  # before the addresses that take any slip's key
    slips.router,
    decommissions.router,
    people.router,
    photo_scan.router,
    import_memory.router,  # before the addresses that take any import's key
    import_mapping.router,
    import_meanings.router,
    import_conflicts.router,  # before: /imports/{key} would take its address
    imports.router,
    import_differences.router,
    import_undo.router,
    accounting.router,  # before: /purchases/{order} would take these addresses
    purchase_finance.router,
    purchase_year.router,
    purchases.router,
    purchase_lines.router,
    labels.router,
    label_runs.router,
    label_stocks.router,
    label_setup.router,
    settings.router,
    settings_accounts.router,
    settings_tokens.router,
    settings_sites.router,
    settings_own.router,
)


_COLLECTED_EVERY = (20_000, 10, 20)
"""Objects made before their cycles are looked for, and how often older ones are."""


def create_app(
    settings: Settings,
    engine: Engine | None = None,
    *,
    clock: Callable[[], datetime] = now,
) -> FastAPI:
    """Make the application; tests bring their own database and their own time.

    Raises:
        TamperedFileError: the installed htmx is not the expected one.
    """
    app = FastAPI(
        title="parc",
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/openapi.json",
        # The address it would redirect to is made from the Host header.
        redirect_slashes=False,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.signing_key = settings.signing_key()
    app.state.clock = clock
    app.state.engine = engine or connect(settings.database_url)
    app.state.bench = Bench(app.state.engine, written_after)
    app.state.background = Background(app.state.engine, settings, clock)
    for router in ROUTERS:
        app.include_router(router)
    app.add_middleware(Guard, settings=settings)
    problems.install(app)
    static_files.assets()
    rendering.templates()
    return app


def from_environment() -> FastAPI:
    """Make the application as the environment says; what servers call.

    Raises:
        ConfigurationError: a variable is malformed.
        OutdatedSchemaError: with the command that mends it.
    """
    app = create_app(Settings())
    schema.require_current(app.state.engine)
    _spare_the_collector()
    return app


def _spare_the_collector() -> None:
    """Keep the search for cycles away from what stays until the end.

    It would walk through the whole application again and again: a third of the
    time of a short answer.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTED_EVERY)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.bench.close()
    app.state.background.close()
    app.state.engine.dispose()
