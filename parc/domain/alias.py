"""Codes that lead to a device though its own record does not bear them."""

from collections.abc import Iterator

from parc.domain.asset_tag import AssetTag
from parc.domain.device import Device
from parc.domain.labelled import Labelled
from parc.domain.search import is_junk_serial, serial_key


class AliasKind(Labelled):
    """What an alias was: something of a merged device, or stuck on by hand."""

    TAG = "tag", "Étiquette"
    FOREIGN_TAG = "foreign_tag", "Étiquette d'un autre outil"
    SERIAL = "serial", "Numéro de série"
    MANUAL = "manual", "Autre code"


def key_of(kind: AliasKind, code: str) -> str:
    """Fold a code for comparison; empty when it stands for nothing.

    Folding twice changes nothing.
    """
    if kind is AliasKind.SERIAL:
        return "" if is_junk_serial(code) else serial_key(code)
    return code.strip().upper()


def leads(kind: AliasKind, shown: str, code: str) -> bool:
    """Tell whether a code whose key is an alias's key is that alias.

    Tags of other systems resolve by exact match only (decision D13).
    """
    if kind in {AliasKind.SERIAL, AliasKind.MANUAL} or shown == code:
        return True
    return kind is AliasKind.TAG and AssetTag.parse(code) is not None


def codes_left_by(device: Device) -> Iterator[tuple[AliasKind, str]]:
    """Give the codes of a merged device that lead to the one that was kept."""
    yield AliasKind.TAG, device.tag
    if foreign_tag := device.text_fact("foreign_tag"):
        yield AliasKind.FOREIGN_TAG, foreign_tag
    serial = device.text_fact("serial")
    if key_of(AliasKind.SERIAL, serial):
        yield AliasKind.SERIAL, serial
