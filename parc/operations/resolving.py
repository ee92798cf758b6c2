"""The resolver: from whatever was scanned or typed to one device, or a clear answer.

One function for every code ever printed; the quick box, lists of codes, the bench
and the API all come here.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlmodel import Session

from parc.domain.access import Viewer
from parc.domain.scan_code import Kind, Resolution, Verdict, choose, readings
from parc.storage.resolving import look_up
from parc.storage.tables import DeviceRow

_NOT_A_DEVICE = {
    Kind.DEVICE: "",
    Kind.LABEL: "Cette étiquette est réservée et n'est encore sur aucun matériel.",
    Kind.PLACE: "C'est l'étiquette d'un lieu, pas d'un matériel.",
    Kind.CARD: "C'est une carte du poste de scan, pas un matériel.",
    Kind.MODEL: (
        "C'est le code-barres du modèle, le même sur tous : scannez l'étiquette ou le "
        "numéro de série."
    ),
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a code comes to, with the devices it may stand for.

    Devices of owners that the viewer may not see are as unknown as no device.
    """

    resolution: Resolution
    devices: tuple[DeviceRow, ...] = ()

    @property
    def code(self) -> str:
        """How the code was understood."""
        return self.resolution.code

    @property
    def found(self) -> DeviceRow | None:
        """The device, when there is exactly one and no doubt."""
        if self.resolution.verdict is not Verdict.ONE or not self.devices:
            return None
        return self.devices[0]

    @property
    def misread(self) -> bool:
        """Tell whether a code of ours has a wrong check character."""
        return self.resolution.misread

    @property
    def reason(self) -> str:
        """Say why the code is not one device; empty when it is."""
        match, why = self.resolution.match, self.resolution.why
        if self.found is not None:
            return ""
        if match is not None:
            return _NOT_A_DEVICE[match.kind]
        said = why.label if why else ""
        if not self.devices:
            return said
        tags = ", ".join(row.tag for row in self.devices)
        return f"{said.removesuffix('.')} : {tags}."


def resolve(session: Session, viewer: Viewer, code: str) -> Resolved:
    """Find what one code stands for."""
    return resolve_many(session, viewer, [code])[code]


def resolve_many(
    session: Session, viewer: Viewer, codes: Iterable[str]
) -> dict[str, Resolved]:
    """Find what each code stands for, as if each were asked alone."""
    read = {code: readings(code) for code in codes}
    found = look_up(session, viewer, (r for some in read.values() for r in some))
    resolved: dict[str, Resolved] = {}
    for code, some in read.items():
        resolution = choose(code, {reading: found.matches[reading] for reading in some})
        ids = [
            int(match.key)
            for match in (resolution.match, *resolution.candidates)
            if match is not None and match.kind is Kind.DEVICE
        ]
        devices = tuple(found.rows[key] for key in ids)
        resolved[code] = Resolved(
            resolution, tuple(sorted(devices, key=lambda row: row.tag))
        )
    return resolved
