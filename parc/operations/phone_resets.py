"""Phones and tablets: three dated steps that settle the internal memory."""

import hashlib
from collections.abc import Mapping

from sqlalchemy import Engine

from parc.domain.erasure import SETTLERS
from parc.domain.phone_reset import PhoneReset, told, understand
from parc.domain.refusal import Refusal, Refused
from parc.domain.vocabulary import Action, Settlement
from parc.operations import bulk
from parc.operations.erasure_proposals import device_of
from parc.operations.selection import Desk, pick
from parc.operations.stocktakes import require
from parc.storage import documents
from parc.storage.batches import Outcome
from parc.storage.database import reading
from parc.storage.tables import DeviceRow


def settle(
    engine: Engine, desk: Desk, code: str, given: Mapping[str, object]
) -> list[Outcome]:
    """Record the three steps of a device; its evidence is the statement made of them.

    Raises:
        Refused: no role, not a phone, a day that is wrong, or settled already.
    """
    with reading(engine) as session:
        (picked,) = pick(session, desk.viewer, [code]).picked
        row = picked.row
        if row is None:
            raise Refused((Refusal("unknown_device", picked.reason, "code"),))
        require(desk.viewer, row.owner_id, SETTLERS)
        reset, media = understand(given, device_of(session, row), desk.today)
    upload = _statement(row, reset, desk)
    return [
        bulk.act_once(
            engine,
            desk,
            picked,
            bulk.Wish(
                Action.SETTLE_MEDIUM,
                reset.done_on,
                {
                    row.owner_id: {
                        "serial": medium.serial,
                        "kind": medium.kind.value,
                        "outcome": Settlement.ERASED.value,
                        "method": told(reset),
                        "document": upload.sha256,
                    }
                },
                upload=upload,
            ),
        )
        for medium in media
    ]


def _statement(row: DeviceRow, reset: PhoneReset, desk: Desk) -> documents.Upload:
    """Write what was stated; it names nobody but by an opaque id (decision D4)."""
    text = (
        "Constat de réinitialisation\n"
        f"Appareil : {row.tag}, {row.label}, n° de série {row.serial or 'inconnu'}\n"
        f"{told(reset)}.\n"
        f"Constaté le {desk.now:%d/%m/%Y à %H:%M} (UTC) par {desk.viewer.actor}.\n"
    )
    content = text.encode()
    return documents.Upload(content, hashlib.sha256(content).hexdigest(), "text/plain")
