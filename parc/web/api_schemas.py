"""What programs receive and send: the schemas that `/api/openapi.json` describes."""

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from parc.domain.vocabulary import (
    Action,
    EvidenceKind,
    HandOverOutcome,
    Level,
    MediumKind,
    Route,
    Settlement,
    State,
    VoidKind,
)


class Reason(BaseModel):
    """One reason of a refusal."""

    code: str = Field(description="Code stable, en anglais.")
    message: str = Field(description="Phrase à montrer, en français.")
    field: str | None = Field(description="Champ à corriger, s'il y en a un.")


class ProblemDocument(BaseModel):
    """An error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str = Field(description="Code stable, en anglais.")
    reasons: list[Reason] = Field(default=[], description="Toutes les raisons.")


class DeviceSummary(BaseModel):
    """A device in a list."""

    tag: str = Field(description="Étiquette, unique dans tout le parc.")
    foreign_tag: str | None = Field(description="Étiquette d'un autre outil.")
    owner: str = Field(description="SIRET du propriétaire.")
    category: str
    state: State
    since: date = Field(description="Jour d'effet de l'état.")
    version: int = Field(description="À renvoyer avec une action : sinon 409.")
    label: str = Field(description="Marque et modèle.")
    serial: str | None
    accounting_number: str | None
    site: str | None
    holder: str | None = Field(description="Identifiant opaque d'une personne.")
    acquired_on: date | None
    decommissioned_on: date | None
    void: VoidKind | None = Field(
        description="Hors de l'inventaire, écarté ou fusionné ; null : il y est."
    )


class DevicePage(BaseModel):
    """A page of devices."""

    devices: list[DeviceSummary]
    total: int
    exact: bool = Field(description="Faux : il y en a plus que `total`.")
    page: int
    page_size: int
    next: str | None = Field(description="Adresse de la page suivante.")


class MediumRecord(BaseModel):
    """A storage medium."""

    serial: str
    kind: MediumKind
    capacity_gb: int | None
    settlement: Settlement | None = Field(
        description="Ce que sont devenues les données ; null : rien encore."
    )
    document: str | None = Field(description="SHA-256 du justificatif.")


class EvidenceRecord(BaseModel):
    """A filed document."""

    kind: EvidenceKind
    dated_on: date
    reference: str | None
    document: str | None = Field(description="SHA-256 du fichier.")
    level: Level


class HandOverRecord(BaseModel):
    """A departure for reuse."""

    on: date
    owner: str = Field(description="SIRET de qui a remis.")
    route: Route
    taker: str | None
    commitment_on: date | None
    proof_on: date | None
    outcome: HandOverOutcome


class DeviceRecord(DeviceSummary):
    """A device with all that is known of it."""

    merged_into: str | None = Field(description="Étiquette du matériel conservé.")
    manager: str = Field(description="SIRET du gestionnaire.")
    facts: dict[str, JsonValue] = Field(
        description="Montants en centimes, indices en dixièmes, jours en AAAA-MM-JJ."
    )
    media: list[MediumRecord]
    evidence: list[EvidenceRecord]
    hand_overs: list[HandOverRecord]
    actions: list[Action] = Field(description="Actions possibles avec ce jeton.")


class EventRecord(BaseModel):
    """One event of a device's history."""

    seq: int
    action: Action
    effective_on: date = Field(description="Quand cela s'est passé.")
    recorded_at: datetime = Field(description="Quand cela a été saisi (UTC).")
    actor: str = Field(description="Identifiant opaque de qui l'a saisi.")
    state: State
    owner: str
    level: Level
    source: str | None = Field(description="Import d'origine.")
    details: dict[str, JsonValue]
    annulled: bool


class DeviceHistory(BaseModel):
    """All events of a device, oldest first."""

    tag: str
    events: list[EventRecord]


class ActionRequest(BaseModel):
    """What to record. Fields that are not declared are refused."""

    model_config = ConfigDict(extra="forbid")

    effective_on: date = Field(description="Jour où cela s'est passé.")
    version: int | None = Field(
        default=None, ge=1, description="Version vue ; une autre répond 409."
    )
    details: dict[str, str | int | bool | None] = Field(
        default={}, description="Les champs de l'action (voir sa description)."
    )


class StoredDocument(BaseModel):
    """A document received."""

    sha256: str
    media_type: str
    size: int


class ImportIssue(BaseModel):
    """One remark on an imported file."""

    line: int | None = Field(description="Ligne du fichier ; null : le fichier.")
    column: str | None = Field(description="En-tête de la colonne.")
    code: str = Field(description="Code stable, en anglais.")
    value: str | None
    message: str
    sheet: str = Field(description="Feuille ; vide pour un fichier texte.")


class ImportOutcome(BaseModel):
    """What an import did or would do; the five counts add up to `read`.

    `already_applied` : quand ce même fichier l'avait déjà été (ISO 8601), sinon null.
    """

    file: str
    sha256: str
    format: str
    dry_run: bool
    import_id: str
    read: int
    created: int
    updated: int
    unchanged: int
    conflicts: int
    rejected: int
    issues: list[ImportIssue]
    already_applied: str | None = None


PROBLEM: dict[str, Any] = {
    "model": ProblemDocument,
    "content": {"application/problem+json": {}},
}
