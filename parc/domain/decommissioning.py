"""Lists of réforme: proposed together, decided line by line by somebody else.

A list is prepared, proposed, then decided; the decision freezes it by value. What
happens to its devices afterwards is read beside it and never changes it.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from types import MappingProxyType

from parc.domain.category import Category
from parc.domain.depreciation import net_book_value, years_for
from parc.domain.device import Device
from parc.domain.entry import DataError, Entry
from parc.domain.labelled import Labelled
from parc.domain.parameters import Parameter
from parc.domain.refusal import Refusal
from parc.domain.reuse import age_basis, exclusion_on
from parc.domain.transitions import FACT_FIELDS
from parc.domain.vocabulary import Role

WRITERS = (Role.FLEET_LEAD, Role.COMMUNE_MANAGER)
"""Who prepares and proposes lists; whoever sees the owner reads them."""

DECIDERS = (Role.SIGNATORY,)
"""Who decides of a list that somebody else proposed."""

MOST_DEVICES = 500
"""Devices on one list."""

BOOK, NO_VALUE, ON_RECORD = "book", "none", "record"
"""Ways of estimating that give a value by themselves."""

_NUMBER = re.compile(r"(?:RF[- ]?)?([0-9]{4})[- ]?([0-9]{1,9})", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{2,10}", re.ASCII)
_LABELS = {field.name: field.label for field in FACT_FIELDS}


class Stage(Labelled):
    """Where a list is."""

    DRAFT = "draft", "En préparation"
    PROPOSED = "proposed", "À décider"
    DECIDED = "decided", "Décidée"
    CANCELLED = "cancelled", "Abandonnée"


class Verdict(Labelled):
    """What was decided of one device of a list.

    `LEFT`: it was no longer proposed on the day of the decision.
    """

    ACCEPTED = "accepted", "Réformé"
    REFUSED = "refused", "Refusé"
    LEFT = "left", "Sorti de la liste"


class Paper(Labelled):
    """What is numbered, by owner and year."""

    LIST = "list", "Liste"
    REPORT = "report", "Procès-verbal de réforme"
    CERTIFICATE = "certificate", "Certificat administratif"


LETTERS = {Paper.LIST: "RF", Paper.REPORT: "PV", Paper.CERTIFICATE: "CA"}
"""What a number begins with."""


@dataclass(frozen=True, slots=True)
class Age:
    """How old a device is on a day: from which fact, which day, in whole months."""

    basis: str
    since: date | None
    months: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A device of a list, by value. Days are ISO texts, amounts cents.

    `age_basis` is the fact that the age runs from; `valued_by` an opaque id. The
    device is one of the `of` that its accounting number had in the accounts.
    """

    tag: str
    label: str
    category: str
    serial: str
    accounting_number: str
    site: str
    acquired_on: str
    price_cents: int | None
    net_cents: int | None
    age_basis: str
    age_since: str
    age_months: int | None
    exclusion: str
    flags: tuple[str, ...]
    value_cents: int | None
    method: str
    valued_on: str
    valued_by: str
    reason: str
    state: str = ""
    verdict: str = ""
    why: str = ""
    of: int = 0


@dataclass(frozen=True, slots=True)
class Content:
    """All that a list says, by value; people are opaque ids (decision D4)."""

    number: str
    owner: str
    siret: str
    account: str
    reason: str
    comment: str
    proposed_on: str
    proposed_by: str
    lines: tuple[Line, ...]

    def those(self, verdict: Verdict) -> list[Line]:
        """List the lines of which the same was decided."""
        return [line for line in self.lines if line.verdict == verdict.value]


@dataclass(frozen=True, slots=True)
class Act:
    """The act by which a list was decided, by whom (an opaque id), as what.

    `at` is an instant (UTC, ISO). `certificate` is empty when nothing is réformé.
    """

    number: str
    on: str
    at: str
    by: str
    role: str
    report: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """How values are estimated (id to label), and the usual nature account."""

    account: str
    valuations: Mapping[str, str]


def number_of(paper: Paper, year: int, number: int) -> str:
    """Write a number: RF-2026-0001."""
    return f"{LETTERS[paper]}-{year}-{number:04d}"


def read_number(text: str) -> tuple[int, int] | None:
    """Read a list's number, however typed: its year and its rank."""
    found = _NUMBER.fullmatch(text.strip().upper())
    return (int(found[1]), int(found[2])) if found else None


def canonical(content: Content, act: Act | None = None) -> str:
    """Write a list as the one JSON text it has; decided when there is an act."""
    said: dict[str, object] = {"content": asdict(content)}
    if act is not None:
        said["act"] = asdict(act)
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_back(text: str) -> tuple[Content, Act | None]:
    """Read what `canonical` wrote."""
    said = json.loads(text)
    content = dict(said["content"])
    content["lines"] = tuple(
        Line(**{**line, "flags": tuple(line["flags"])}) for line in content["lines"]
    )
    act = Act(**said["act"]) if "act" in said else None
    return Content(**content), act


def age_of(device: Device, day: date, law: Mapping[str, Parameter]) -> Age:
    """Tell how old a device is, from the fact that the law's reading begins with."""
    basis = age_basis(device, law, day)
    since = device.day_fact(basis) if basis else None
    if basis is None or since is None:
        return Age("", None, None)
    return Age(_LABELS[basis], since, months_between(since, day))


def months_between(since: date, day: date) -> int:
    """Count the whole months between two days; below zero when they are reversed."""
    months = (day.year - since.year) * 12 + day.month - since.month
    return months - (day.day < since.day)


def exclusion_of(
    device: Device,
    day: date,
    law: Mapping[str, Parameter],
    categories: Mapping[str, Category],
) -> str:
    """Say why a device réformé on a day would be outside the reuse rate; else empty."""
    if device.category not in categories:
        return ""
    exclusion = exclusion_on(device, day, law, categories)
    return exclusion.label if exclusion else ""


def net_value(device: Device, day: date, law: Mapping[str, Parameter]) -> int | None:
    """Give the net book value on a day, in cents; None without a price or a day."""
    price, bought = device.amount_fact("price_cents"), device.day_fact("acquired_on")
    if price is None or bought is None:
        return None
    return net_book_value(price, bought, day, years_for(law, bought))


def valued(
    method: str, typed: int | None, device: Device, net: int | None
) -> int | None:
    """Give the estimate of a device: as typed, else what its method gives."""
    if typed is not None:
        return typed
    known = {
        NO_VALUE: 0,
        BOOK: net,
        ON_RECORD: device.amount_fact("estimated_value_cents"),
    }
    return known.get(method)


def reasons_against(devices: int, account: str) -> tuple[Refusal, ...]:
    """Say what is wrong with a list, apart from its devices."""
    reasons = []
    if devices > MOST_DEVICES:
        message = f"Une liste porte {MOST_DEVICES} matériels au plus : faites-en deux."
        reasons.append(Refusal("too_many", message, "codes"))
    if account and not _ACCOUNT.fullmatch(account):
        message = "« Compte par nature » : des chiffres sont attendus, ainsi 21838."
        reasons.append(Refusal("invalid_field", message, "account"))
    return tuple(reasons)


def parse_vocabulary(raw: object, *, where: str) -> Vocabulary:
    """Read the words of the lists, in their order.

    Raises:
        DataError: with all problems.
    """
    problems: list[str] = []
    top = Entry(raw, where, problems)
    account = top.matching("account", _ACCOUNT, "digits")
    entries = top.by_id("valuations")
    labels = {}
    for key, entry in entries.items():
        labels[key] = entry.text("label")
        entry.finish()
    top.finish()
    problems += [
        f"{where}: valuations: {key} is missing"
        for key in (BOOK, NO_VALUE, ON_RECORD)
        if key not in labels
    ]
    if problems:
        raise DataError(problems)
    return Vocabulary(account, MappingProxyType(labels))
