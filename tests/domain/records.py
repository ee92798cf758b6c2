"""Rows of a file and known devices, with sane defaults."""

import json
from datetime import date

from parc.domain.intake import DeviceRecord
from parc.domain.intake_known import Known, KnownDevice, by_serial, by_tag, by_uuid
from tests.factories import FIRST_DAY, LENS


def a_record(line: object = 2, **said: object) -> DeviceRecord:
    """Give a laptop's row, unless said otherwise; None empties a cell."""
    values: dict[str, object] = {
        "tag": "PC-17",
        "serial": "640HP72",
        "maker": "Dell",
        "model": "Latitude 5420",
        **said,
    }
    return DeviceRecord(line, **values)  # type: ignore[arg-type]


def a_known(number: int = 1, **facts: object) -> KnownDevice:
    """Give the device that `a_record` is about."""
    values = {
        "serial": "640HP72",
        "maker": "Dell",
        "model": "Latitude 5420",
        **facts,
    }
    return KnownDevice(
        id=number,
        tag="PC-17",
        serial_key="640HP72",
        maker="dell",
        written=json.dumps(values),
    )


def knowing(
    *devices: KnownDevice,
    first_day: date = FIRST_DAY,
    other_prefixes: frozenset[str] = frozenset(),
    elsewhere: dict[str, frozenset[str]] | None = None,
) -> Known:
    """Give what the parc knows when Lens, whose prefix is LL, has these devices."""
    return Known(
        siret=LENS,
        prefix="LL",
        first_day=first_day,
        by_tag=by_tag(devices),
        by_serial=by_serial(devices),
        by_uuid=by_uuid(devices),
        other_prefixes=other_prefixes,
        elsewhere=elsewhere or {},
    )
