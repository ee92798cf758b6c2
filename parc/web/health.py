"""Signs of life for whoever watches the service."""

import os
from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from parc.storage import schema
from parc.storage.database import answers
from parc.web.deps import EngineDep, SettingsDep

router = APIRouter(prefix="/health", include_in_schema=False)


@router.get("/live")
def live() -> JSONResponse:
    """Answer as long as the process does."""
    return JSONResponse({"status": "alive"})


@router.get("/ready")
def ready(engine: EngineDep, settings: SettingsDep) -> JSONResponse:
    """Tell whether database, schema and storage can serve."""
    try:
        database = answers(engine)
        current = schema.is_current(engine)
    except SQLAlchemyError:
        database = current = False
    checks = {
        "database": database,
        "schema": current,
        "storage": os.access(settings.data_dir, os.R_OK | os.W_OK | os.X_OK),
    }
    fine = all(checks.values())
    return JSONResponse(
        {"status": "ready" if fine else "not_ready", **checks},
        HTTPStatus.OK if fine else HTTPStatus.SERVICE_UNAVAILABLE,
    )
