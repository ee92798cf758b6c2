"""The UUID of a machine is the same whatever tool wrote it, or is none at all."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parc.domain.hardware_id import uuid_key

ONE = "00112233-4455-6677-8899-aabbccddeeff"


@pytest.mark.parametrize(
    "written",
    [
        ONE.upper(),
        "{00112233-4455-6677-8899-AABBCCDDEEFF}",
        "00112233445566778899AABBCCDDEEFF",
        "33221100-5544-7766-8899-aabbccddeeff",
        " 33221100 55447766 8899aabbccddeeff ",
    ],
)
def test_signs_case_and_byte_order_make_no_difference(written: str) -> None:
    assert uuid_key(written) == uuid_key(ONE)
    assert uuid_key(ONE) is not None


@pytest.mark.parametrize(
    "placeholder",
    [
        "00000000-0000-0000-0000-000000000000",
        "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
        "03000200-0400-0500-0006-000700080009",
        "00020003-0004-0005-0006-000700080009",
        "",
        "Not Settable",
        ONE[:-1],
        ONE + "0",
        "٠" * 32,
    ],
)
def test_placeholders_are_none(placeholder: str) -> None:
    assert uuid_key(placeholder) is None


@given(st.uuids())
def test_both_byte_orders_have_one_key(made: uuid.UUID) -> None:
    assert uuid_key(str(made)) == uuid_key(str(uuid.UUID(bytes_le=made.bytes)))


@given(st.uuids(version=4), st.uuids(version=4))
def test_different_machines_have_different_keys(
    one: uuid.UUID, other: uuid.UUID
) -> None:
    swapped = uuid.UUID(bytes_le=one.bytes)
    assert (uuid_key(str(one)) == uuid_key(str(other))) is (other in {one, swapped})
