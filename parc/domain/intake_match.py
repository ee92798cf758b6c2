"""Which known device a row is about, and whether it can be told at all. Pure."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from parc.domain.asset_tag import AssetTag, shaped_prefix
from parc.domain.intake import FACT_LABELS, DeviceRecord
from parc.domain.intake_dispute import Doubt
from parc.domain.intake_issue import Issue, french, issue
from parc.domain.intake_keys import Keys, keys_of, media_keys, tag_key
from parc.domain.intake_known import Known, KnownDevice, updated

__all__ = [
    "Known",
    "KnownDevice",
    "Match",
    "compare",
    "keys_of",
    "match",
    "tag_key",
    "unusable",
    "updated",
]


class _Name(NamedTuple):
    """An identifier in the words of a message."""

    the: str
    one: str
    this: str


_TAG = _Name("L'étiquette", "celle", "cette étiquette")
_FOREIGN = _Name("L'étiquette d'un autre outil", "celle", "cette étiquette")
_SERIAL = _Name("Le numéro de série", "celui", "ce numéro de série")
_UUID = _Name("L'UUID", "celui", "cet UUID")
_MEDIUM = _Name("Le numéro d'un support", "celui", "un support de ce numéro")


class Match(NamedTuple):
    """What a row is about: one device, none that is known, or a person tells.

    With a `doubt` there is no device; `candidates` are the ids of those it may be.
    """

    device: KnownDevice | None = None
    doubt: Doubt | None = None
    reason: str = ""
    candidates: tuple[int, ...] = ()


_UNKNOWN = Match()
_Clue = tuple[_Name, tuple[KnownDevice, ...]]
"""An identifier of the row, in words, and the devices that it stands for."""

_NAMED = 5
"""Tags that a message lists; the queue shows the others."""


def unusable(record: DeviceRecord, keys: Keys, known: Known) -> Iterable[Issue]:
    """Say why a row cannot become a device of this owner."""
    if (keys.tag or keys.serial) and not record.owner_siret and "-" not in keys.tag:
        return ()  # nearly all of them
    return _unusable(record, keys, known)


def _unusable(record: DeviceRecord, keys: Keys, known: Known) -> Iterator[Issue]:
    if record.owner_siret and record.owner_siret != known.siret:
        message = "Cette ligne est d'un autre propriétaire : importez-la à part."
        label = FACT_LABELS["owner_siret"]
        yield issue(record.line, label, "other_owner", record.owner_siret, message)
    if not keys.identify and not record.media:
        yield unidentified(record)
    if "-" in keys.tag and (prefix := shaped_prefix(keys.tag)):
        yield from _wrong_tag(record, keys, prefix, known)


def unidentified(record: DeviceRecord) -> Issue:
    """Say that a device made of this row could not be recognised the next time."""
    message = (
        "Ni étiquette ni numéro de série utilisable : ce matériel ne pourrait pas "
        "être reconnu la prochaine fois. Ajoutez l'un des deux."
    )
    return issue(record.line, None, "no_identifier", record.serial, message)


def match(record: DeviceRecord, known: Known) -> Match:
    """Find the known device that a row is about, or why that cannot be told."""
    return compare(record, keys_of(record), known)


def compare(record: DeviceRecord, keys: Keys, known: Known) -> Match:
    """Follow each identifier: the tag, then serial and maker, the UUID, the media.

    A tag or a serial that no device bears is looked for among the aliases. All that
    lead somewhere must lead to the same device: none outweighs another. What is
    found must not contradict the row either, by another serial, UUID or tag.

    Media are asked only where tag and serial do not both say one device: a disk
    goes from one machine to another, and that is no doubt about the machine.
    """
    if not known.by_tag:
        return _elsewhere(keys, known)
    device = surely(keys, known)
    if device is not None and not keys.uuid:
        return Match(device)
    clues = list(_clues(keys, known))
    if record.media and device is None:
        clues += _media(record, known)
    if not clues:
        return _elsewhere(keys, known)
    same = clues[0][1]
    for clue in clues[1:]:
        narrowed = tuple(device for device in same if device in clue[1])
        if not narrowed:
            return _disagreement(clues, same, clue)
        same = narrowed
    same = tuple(device for device in same if not device.discarded) or same
    if len(same) > 1 and same[0].tag.upper() != keys.tag:
        return _several(clues, same)
    return _contradiction(keys, same[0], clues) or Match(same[0])


def _clues(keys: Keys, known: Known) -> Iterator[_Clue]:
    """Give what each identifier of the row stands for, when it stands for any."""
    if keys.tag and (
        found := known.by_tag.get(keys.tag) or known.tag_aliases.get(keys.tag)
    ):
        yield _TAG, tuple(found)
    if keys.foreign and (
        found := known.by_tag.get(keys.foreign) or known.tag_aliases.get(keys.foreign)
    ):
        yield _FOREIGN, tuple(found)
    if keys.serial and (found := _of_maker(keys, known)):
        yield _SERIAL, found
    if keys.uuid and (found := known.by_uuid.get(keys.uuid)):
        yield _UUID, tuple(found)


def surely(keys: Keys, known: Known) -> KnownDevice | None:
    """Give the device of which tag and serial both say that it is the one."""
    tagged = known.by_tag.get(keys.tag, ())
    if len(tagged) != 1 or keys.foreign or not keys.serial:
        return None
    (device,) = tagged
    if device.serial_key != keys.serial or device.discarded or device.left:
        return None
    if len(known.by_serial[keys.serial]) > 1 and device.maker not in {"", keys.maker}:
        return None
    return device


def _media(record: DeviceRecord, known: Known) -> Iterator[_Clue]:
    for medium in media_keys(record):
        if found := known.by_medium.get(medium):
            yield _MEDIUM, tuple(found)


def _of_maker(keys: Keys, known: Known) -> tuple[KnownDevice, ...]:
    """Give who bears the row's serial among the devices of its maker."""
    serial = str(keys.serial)
    for found in (known.by_serial, known.serial_aliases):
        same = tuple(
            device
            for device in found.get(serial, ())
            if not keys.maker or device.maker in {"", keys.maker}
        )
        if same:
            return same
    return ()


def _contradiction(keys: Keys, device: KnownDevice, clues: list[_Clue]) -> Match | None:
    """Tell what a row says that its device denies."""
    led = [name for name, _ in clues]
    found = f"{led[0].the} est {led[0].one} d'un matériel connu ({device.tag})"
    other = device.serial_key not in {None, keys.serial}
    if device.left:
        reason = (
            f"Ce matériel ({device.tag}) a été cédé à un autre propriétaire de ce "
            "parc : retirez la ligne."
        )
        return _doubt(Doubt.LEFT, clues, reason)
    if keys.tag and _TAG not in led:
        return _doubt(Doubt.OTHER_TAG, clues, f"{found} sous une autre étiquette.")
    if keys.serial and _SERIAL not in led and other:
        reason = f"{found} dont le numéro de série est différent."
        return _doubt(Doubt.OTHER_SERIAL, clues, reason)
    if keys.uuid and _SERIAL not in led and device.uuid_key not in {None, keys.uuid}:
        reason = f"{found} dont l'UUID est différent."
        return _doubt(Doubt.OTHER_SERIAL, clues, reason)
    return None


def _disagreement(
    clues: list[_Clue], same: tuple[KnownDevice, ...], other: _Clue
) -> Match:
    """Name the devices that two identifiers of a row lead to."""
    (name, _), (against, devices) = clues[0], other
    reason = (
        f"{name.the} est {name.one} de {_tags(same)}, mais "
        f"{against.the[0].lower()}{against.the[1:]} est {against.one} de "
        f"{_tags(devices)}."
    )
    return _doubt(Doubt.DISAGREE, clues, reason)


def _several(clues: list[_Clue], same: tuple[KnownDevice, ...]) -> Match:
    name = clues[0][0]
    reason = f"Plusieurs matériels connus portent {name.this} : {_tags(same)}."
    return _doubt(Doubt.SEVERAL, clues, reason)


def _elsewhere(keys: Keys, known: Known) -> Match:
    """Keep apart a device that another owner of this parc has."""
    if not (keys.serial and known.elsewhere):
        return _UNKNOWN
    makers = known.elsewhere.get(keys.serial, frozenset())
    if not makers or (keys.maker and not makers & {"", keys.maker}):
        return _UNKNOWN
    reason = (
        "Ce numéro de série est celui d'un matériel d'un autre propriétaire de ce "
        "parc : retirez la ligne, ou enregistrez d'abord la cession."
    )
    return Match(None, Doubt.ELSEWHERE, reason)


def _doubt(doubt: Doubt, clues: list[_Clue], reason: str) -> Match:
    found = dict.fromkeys(d.id for _, devices in clues for d in devices)
    return Match(None, doubt, french(reason), tuple(found))


def _tags(devices: tuple[KnownDevice, ...]) -> str:
    """List devices in an order that does not depend on how they were read."""
    tags = sorted(device.tag for device in devices)
    shown = ", ".join(tags[:_NAMED])
    return f"{shown}…" if len(tags) > _NAMED else shown


def _wrong_tag(
    record: DeviceRecord, keys: Keys, prefix: str, known: Known
) -> Iterable[Issue]:
    """Refuse tags that this parc could not have printed for this owner.

    A prefix that no owner here has belongs to another tool: any tag of its own.
    """
    label = FACT_LABELS["tag"]
    is_other = prefix in known.other_prefixes
    if not (is_other or prefix == known.prefix):
        return
    if AssetTag.parse(str(record.tag)) is None:
        message = "Le caractère de contrôle de cette étiquette est faux : vérifiez-la."
        yield issue(record.line, label, "wrong_check", record.tag, message)
    elif (
        is_other and keys.tag not in known.by_tag and keys.tag not in known.tag_aliases
    ):
        message = (
            f"Le préfixe {prefix} est celui d'un autre propriétaire : importez ce "
            "matériel pour lui, ou enregistrez d'abord sa cession."
        )
        yield issue(record.line, label, "other_owner_tag", record.tag, message)
