"""Why a row cannot be told to be one device, for a person to settle."""

from dataclasses import dataclass

from parc.domain.intake import DeviceRecord
from parc.domain.labelled import Labelled


class Doubt(Labelled):
    """What makes a row wait for a person."""

    DISAGREE = "disagree", "Ses identifiants désignent des matériels différents"
    OTHER_SERIAL = "other_serial", "Étiquette connue, autre numéro de série ou UUID"
    OTHER_TAG = "other_tag", "Matériel connu sous une autre étiquette"
    SEVERAL = "several", "Plusieurs matériels possibles"
    LEFT = "left", "Matériel cédé à un autre propriétaire"
    ELSEWHERE = "elsewhere", "Matériel d'un autre propriétaire"
    REPEATED = "repeated", "Une autre ligne du fichier dit autre chose"


class Settled(Labelled):
    """What a person made of a row that waited."""

    OPEN = "open", "À départager"
    SAME = "same", "C'est un matériel connu"
    OTHER = "other", "C'est un autre matériel"
    IGNORED = "ignored", "Laissée de côté"


@dataclass(frozen=True, slots=True)
class Dispute:
    """A row that nobody but a person can tell, and the devices it may be.

    `candidates` are ids, in the order of the identifiers that lead to them. `message`
    is French and says what disagrees. `before` is the earlier row of the file that
    contradicts this one: the device it is about may not exist yet.
    """

    record: DeviceRecord
    doubt: Doubt
    message: str
    candidates: tuple[int, ...] = ()
    before: DeviceRecord | None = None
