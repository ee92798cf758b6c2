"""Whatever a fleet bears: order decides nothing, no identifier denies the device."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from parc.domain.device import Medium
from parc.domain.hardware_id import uuid_key
from parc.domain.intake import DeviceRecord
from parc.domain.intake_keys import keys_of
from parc.domain.intake_known import Known, KnownDevice
from parc.domain.intake_match import match
from tests.domain.records import a_record, knowing

UUID = "4c4c4544-0036-3410-8048-b6c04f485032"
CODES = st.sampled_from([None, "A1", "A2", "A3"])
NUMBERS = st.sampled_from([None, "S11", "S22", "S33"])
IDS = st.sampled_from([None, UUID, "1234" * 8, "5678" * 8])
DISKS = st.sampled_from([(), (Medium("D11"),), (Medium("D22"),)])
MAKERS = st.sampled_from([None, "Dell", "HP"])


@st.composite
def fleets(draw: st.DrawFn) -> list[tuple[KnownDevice, tuple[str, ...]]]:
    """Give devices that bear some of the same codes, with their media."""
    made = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        device = KnownDevice(
            id=number,
            tag=f"A{number}",
            serial_key=draw(NUMBERS),
            maker=(draw(MAKERS) or "").lower(),
            written="{}",
            foreign_tag=draw(CODES),
            uuid_key=uuid_key(draw(IDS) or ""),
        )
        made.append((device, tuple(m.serial for m in draw(DISKS))))
    return made


def known_of(fleet: list[tuple[KnownDevice, tuple[str, ...]]]) -> Known:
    """Give what the parc knows of a fleet, in the order given."""
    media: dict[str, tuple[KnownDevice, ...]] = {}
    for device, serials in fleet:
        for serial in serials:
            media[serial] = (*media.get(serial, ()), device)
    return replace(knowing(*(device for device, _ in fleet)), by_medium=media)


RECORDS = st.builds(
    a_record, tag=CODES, serial=NUMBERS, uuid=IDS, maker=MAKERS, media=DISKS
)


@given(fleets(), RECORDS, st.randoms())
def test_the_order_of_devices_decides_nothing(
    fleet: list[tuple[KnownDevice, tuple[str, ...]]],
    record: DeviceRecord,
    chance: random.Random,
) -> None:
    shuffled = chance.sample(fleet, len(fleet))

    one, other = match(record, known_of(fleet)), match(record, known_of(shuffled))

    assert (one.device, one.doubt, one.reason) == (
        other.device,
        other.doubt,
        other.reason,
    )
    assert set(one.candidates) == set(other.candidates)


@given(fleets(), RECORDS)
def test_a_device_found_is_denied_by_no_identifier(
    fleet: list[tuple[KnownDevice, tuple[str, ...]]], record: DeviceRecord
) -> None:
    device = match(record, known_of(fleet)).device
    if device is None:
        return
    keys = keys_of(record)
    borne = {device.tag, device.foreign_tag}
    sure = keys.tag in borne and keys.serial == device.serial_key is not None
    assert keys.tag == "" or keys.tag in borne
    assert None in {keys.serial, device.serial_key} or keys.serial == device.serial_key
    for other, media in fleet:
        if other.id == device.id:
            continue
        # Whoever bears an identifier of the row shares it with the device found.
        assert keys.tag != other.tag or keys.tag in borne
        same_maker = not keys.maker or other.maker in {"", keys.maker}
        if keys.serial and keys.serial == other.serial_key and same_maker:
            assert device.serial_key == keys.serial
        if keys.uuid and keys.uuid == other.uuid_key:
            assert device.uuid_key == keys.uuid
        for medium in record.media:
            if medium.serial in media:
                own = next(told for known, told in fleet if known.id == device.id)
                assert sure or medium.serial in own
