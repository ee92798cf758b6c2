"""Imports for programs: the same steps and the same answer as `parc import`."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query

from parc.domain.refusal import Refused
from parc.operations import importing
from parc.operations.importing import IMPORTERS, Asked
from parc.storage.database import reading
from parc.storage.devices import owners_seen
from parc.web.api_devices import body
from parc.web.api_schemas import PROBLEM, ImportOutcome
from parc.web.deps import EngineDep, Transaction, require_role
from parc.web.devices import AtDesk
from parc.web.errors import InvalidInputError, NotFoundError

router = APIRouter(prefix="/api/v1", tags=["imports"])


@router.post(
    "/imports",
    responses={
        401: PROBLEM | {"description": "Jeton absent ou inconnu."},
        403: PROBLEM | {"description": "Rôle insuffisant."},
        404: PROBLEM | {"description": "Propriétaire inconnu, ou fermé à ce jeton."},
        413: PROBLEM | {"description": "Fichier trop grand."},
        422: PROBLEM | {"description": "Le fichier ne se lit pas ; rien n'est écrit."},
    },
)
def import_file(
    *,
    transaction: Transaction,
    engine: EngineDep,
    desk: AtDesk,
    owner: Annotated[str, Query(description="SIRET du propriétaire.")],
    content: Annotated[bytes, Depends(body)],
    date_order: Annotated[
        Literal["dmy", "mdy", "ymd"] | None,
        Query(description="Ordre des dates que rien ne prouve."),
    ] = None,
    format: Annotated[  # noqa: A002 - the name that the contract gives
        str | None, Query(description="Forme attendue du fichier.")
    ] = None,
    dry_run: Annotated[bool, Query(description="Montrer sans rien écrire.")] = False,
    file: Annotated[str, Query(description="Nom à rappeler dans la réponse.")] = "",
) -> ImportOutcome:
    """Importe un inventaire (corps brut) : tout ou rien, équilibré, idempotent."""
    opened = reading(engine) if dry_run else transaction()
    with opened as session:
        found = [o for o in owners_seen(session, desk.viewer) if o.siret == owner]
        if not found:
            raise NotFoundError
        require_role(desk.viewer, found[0].id, *IMPORTERS)
        asked = Asked(
            content=content,
            owner=found[0],
            actor=desk.viewer.actor,
            at=desk.now,
            today=desk.today,
            date_order=date_order,
            format=format,
            dry_run=dry_run,
            roles=desk.viewer.roles(found[0].id),
        )
        try:
            outcome = importing.run(session, asked)
        except Refused as refused:
            raise InvalidInputError(*refused.reasons) from refused
    return ImportOutcome.model_validate(outcome.as_json(file[:200]))
