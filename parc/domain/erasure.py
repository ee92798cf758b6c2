"""Erasures that tools report: what they claim, and whether that settles a medium.

Method against medium: NIST SP 800-88 Rev. 2 (Clear, Purge, Destroy), which leaves the
techniques to IEEE 2883; the table is dated data, `parc/law/erasure_methods.yaml`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from parc.domain.device import Device, Medium
from parc.domain.frozen import frozen
from parc.domain.labelled import Labelled
from parc.domain.search import is_junk_serial, serial_key
from parc.domain.vocabulary import MediumKind, Role, Settlement, State

LONGEST_REASON = 1_000
SETTLERS = (Role.TECHNICIAN,)
"""Who hands in reports and accepts what is doubtful: who settles media."""

_SHORTEST_SERIAL = 4
_WESTERN_DIGITAL = "WD-"
_ANONYMOUS = re.compile(r"[X?]{4,}")
_CAPACITY_DOUBT = 0.15
_GIGABYTE = 1_000_000_000
_FLASH = frozenset({MediumKind.SSD, MediumKind.NVME, MediumKind.EMMC})
_IN_USE = frozenset({State.IN_SERVICE, State.ON_LOAN})
_AWAY = frozenset({State.HANDED_OVER, State.REUSE_PROVED})


class Method(Labelled):
    """How the data was made unreadable, whatever the tool calls it."""

    OVERWRITE = "overwrite", "Réécriture"
    SECURE_ERASE = "secure_erase", "Effacement ATA (Secure Erase)"
    ENHANCED_ERASE = "secure_erase_enhanced", "Effacement ATA renforcé"
    SANITIZE_BLOCK = "sanitize_block", "Sanitize, effacement des blocs"
    SANITIZE_OVERWRITE = "sanitize_overwrite", "Sanitize, réécriture interne"
    CRYPTO_ERASE = "crypto_erase", "Effacement cryptographique"
    FORMAT = "format_user_data", "Formatage NVMe avec effacement"
    FACTORY_RESET = "factory_reset", "Réinitialisation d'usine"
    VERIFY_ONLY = "verify_only", "Vérification seule"
    UNKNOWN = "unknown", "Méthode non reconnue"


class Status(Labelled):
    """What the tool says of the end of its work."""

    ERASED = "erased", "Effacé"
    FAILED = "failed", "Échec"
    UNKNOWN = "unknown", "Fin non établie"


class Checked(Labelled):
    """Whether the result was read again, or confirmed by the medium itself."""

    YES = "yes", "Oui"
    NO = "no", "Non"
    UNKNOWN = "unknown", "Non précisé"


class Verdict(Labelled):
    """What a record is worth for a medium."""

    SETTLES = "settles", "Effacement établi"
    WAITS = "waits", "À accepter par une personne"
    REFUSED = "refused", "Ne prouve pas l'effacement"


@frozen
class Erasure:
    """One medium in a report.

    Empty texts and None are what the report does not say. Times are the erasing
    machine's own, without zone. `size` counts bytes. `lines` are the lines of the
    report (from 1) that say it; `kind` is what the report says of the technology.
    """

    serial: str
    model: str = ""
    size: int | None = None
    kind: MediumKind = MediumKind.UNKNOWN
    method: Method = Method.UNKNOWN
    method_words: str = ""
    tool: str = ""
    version: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    rounds: int | None = None
    checked: Checked = Checked.UNKNOWN
    errors: int | None = None
    status: Status = Status.UNKNOWN
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the sentences that explain it; `level` is `clear` or `purge`."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()
    level: str = ""


def judge(
    erasure: Erasure,
    medium: Medium,
    device: Device,
    methods: Mapping[str, Mapping[str, str]],
    on: date | None = None,
) -> Judgement:
    """Judge what a report proves of a medium of a device.

    `methods` is the table in force: medium kind, then method, to `clear`, `purge`,
    `flagged` or `refused`. `on` is the day of an erasure that its report does not
    date. What failed, was never verified, or happened before the device was last put
    to use proves nothing; what is only doubtful waits for a person.
    """
    day = day_of(erasure, on)
    kind = kind_of(erasure, medium)
    level = methods.get(kind.value, {}).get(erasure.method.value, "refused")
    wrong = [*_against(erasure, level), *_stale(device, day)]
    if wrong:
        return Judgement(Verdict.REFUSED, tuple(wrong))
    doubts = [*_doubts(erasure, medium, kind, level)]
    if day is None:
        doubts.append("Le rapport ne date pas l'effacement.")
    if doubts:
        return Judgement(Verdict.WAITS, tuple(doubts), _known(level))
    return Judgement(Verdict.SETTLES, (), level)


def day_of(erasure: Erasure, on: date | None = None) -> date | None:
    """Give the day of an erasure: its end, else its beginning, else what is told."""
    moment = erasure.ended or erasure.started
    return moment.date() if moment else on


def kind_of(erasure: Erasure, medium: Medium) -> MediumKind:
    """Tell the technology to judge by: flash as soon as one of the two says so."""
    if erasure.kind in _FLASH and medium.kind not in _FLASH:
        return erasure.kind
    return erasure.kind if medium.kind is MediumKind.UNKNOWN else medium.kind


def last_use(device: Device) -> date | None:
    """Give the last day from which somebody used the device; None when nobody did.

    What a taker gave back was used until the day of its return.
    """
    days = [step.on for step in device.steps if step.state in _IN_USE]
    following = zip(device.steps, device.steps[1:], strict=False)
    days += [after.on for step, after in following if step.state in _AWAY]
    return max(days, default=None)


def is_identified(serial: str) -> bool:
    """Tell whether a report names a medium: no placeholder, not made anonymous."""
    key = serial_key(serial)
    return (
        len(key) >= _SHORTEST_SERIAL
        and not is_junk_serial(serial)
        and _ANONYMOUS.fullmatch(serial.strip().upper()) is None
        and serial.isprintable()
    )


def keys(serial: str) -> tuple[str, ...]:
    """Give the folded serials that may name the same medium, the exact one first.

    Western Digital's programs write `WD-WXC1A14S2591` or leave `WD-` out.
    """
    if not is_identified(serial):
        return ()
    key = serial_key(serial)
    if serial.strip().upper().startswith(_WESTERN_DIGITAL):
        return (key, key[2:])
    return (key, "WD" + key) if key.startswith("W") else (key,)


def same_medium(one: str, other: str) -> bool:
    """Tell whether two serials name the same medium."""
    exact, *_ = keys(one) or ("",)
    if not exact or not is_identified(other):
        return False
    if exact == serial_key(other):
        return True
    written = (one.strip().upper(), other.strip().upper())
    marked = [text for text in written if text.startswith(_WESTERN_DIGITAL)]
    if len(marked) != 1:
        return False
    plain = written[1 - written.index(marked[0])]
    return serial_key(marked[0][len(_WESTERN_DIGITAL) :]) == serial_key(plain)


def find_medium(serial: str, media: Iterable[Medium]) -> Medium | None:
    """Find the medium of a device that a serial names; None when none or several."""
    found = [medium for medium in media if same_medium(serial, medium.serial)]
    exact = [m for m in found if serial_key(m.serial) == serial_key(serial)]
    chosen = exact or found
    return chosen[0] if len(chosen) == 1 else None


def method_told(erasure: Erasure, judgement: Judgement) -> str:
    """Write a method for the journal: what was done, with what, at what level."""
    tool = " ".join(part for part in (erasure.tool, erasure.version) if part)
    level = {"clear": "Clear", "purge": "Purge"}.get(judgement.level, "")
    words = erasure.method_words
    parts = [
        erasure.method.label + (f" ({words})" if words else ""),
        tool,
        f"NIST SP 800-88 {level}" if level else "",
    ]
    return ", ".join(part for part in parts if part)[:200]


def _against(erasure: Erasure, level: str) -> Iterable[str]:
    if erasure.status is Status.FAILED:
        yield "L'effacement a échoué : détruisez le support ou effacez-le de nouveau."
        return
    if erasure.status is Status.UNKNOWN:
        yield "Le rapport n'établit pas que l'effacement s'est terminé."
    elif erasure.errors:
        yield f"Le rapport compte {erasure.errors} erreurs."
    if erasure.method is Method.VERIFY_ONLY:
        yield "Le rapport est celui d'une vérification, pas d'un effacement."
    elif level == "refused":
        yield "Cette méthode n'est pas reconnue pour ce type de support."
    if erasure.checked is Checked.NO:
        yield "L'effacement n'a pas été vérifié."


def _stale(device: Device, day: date | None) -> Iterable[str]:
    used = last_use(device)
    if day is not None and used is not None and day < used:
        yield (
            f"L'effacement date du {day:%d/%m/%Y}, et le matériel a été remis en usage "
            f"le {used:%d/%m/%Y} : il est à refaire."
        )


def _doubts(
    erasure: Erasure, medium: Medium, kind: MediumKind, level: str
) -> Iterable[str]:
    if level == "flagged":
        yield (
            f"{erasure.method.label} sur « {kind.label} » : des cellules hors "
            "d'atteinte peuvent garder des données. Préférez une commande du support "
            "(Sanitize, Secure Erase ou effacement cryptographique)."
        )
    if erasure.checked is Checked.UNKNOWN:
        yield "Le rapport ne dit pas si l'effacement a été vérifié."
    if medium.capacity_gb and erasure.size:
        gap = abs(erasure.size / _GIGABYTE - medium.capacity_gb) / medium.capacity_gb
        if gap > _CAPACITY_DOUBT:
            yield (
                f"La taille effacée ({erasure.size // _GIGABYTE} Go) n'est pas celle "
                f"du support décrit ({medium.capacity_gb} Go)."
            )


def _known(level: str) -> str:
    return level if level in {"clear", "purge"} else ""


def outcome_label(medium: Medium) -> str:
    """Say what a medium comes to, or what is missing."""
    if medium.settlement is None:
        return "Ni effacé ni détruit : preuve à joindre"
    return Settlement(medium.settlement).label
