"""What repairs find: a vocabulary given as data (`parc/reference/diagnoses.yaml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from parc.domain.entry import DataError, Entry


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One cause of a fault.

    `part` is the carbon factor of the part that such a repair usually takes, None
    when none is published.
    """

    id: str
    label: str
    part: str | None = None


def parse_diagnoses(mapping: object, *, where: str) -> Mapping[str, Diagnosis]:
    """Read the vocabulary by id, in the order of the file.

    Raises:
        DataError: with everything that is wrong, in English.
    """
    problems: list[str] = []
    entry = Entry(mapping, where, problems)
    diagnoses = {
        name: _diagnosis(name, child)
        for name, child in entry.by_id("diagnoses").items()
    }
    entry.finish()
    if problems:
        raise DataError(problems)
    return MappingProxyType(diagnoses)


def _diagnosis(name: str, entry: Entry) -> Diagnosis:
    diagnosis = Diagnosis(name, entry.text("label"), entry.optional_text("part"))
    entry.finish()
    return diagnosis
