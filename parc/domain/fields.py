"""What an action asks for: declared once, read by forms, API and command line."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from parc.domain import siret
from parc.domain.labelled import Labelled
from parc.domain.refusal import Refusal

Json = str | int | bool | list["Json"] | dict[str, "Json"] | None
Details = Mapping[str, Json]

LONGEST = {"text": 200, "long_text": 2_000}
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PERSON = re.compile(r"P-[0-9A-Z]{8}", re.ASCII)
_UNREADABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff]")
"""Control characters other than line feed and tab, and lone surrogates."""
_LONGEST_INTEGER = 9
_LARGEST_INTEGER = 999_999_999
_TOP_TENTHS = 100
_MONEY = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?", re.ASCII)


class Kind(StrEnum):
    """How a field is typed, shown and checked."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    DAY = "day"
    MONEY = "money"
    INTEGER = "integer"
    TENTHS = "tenths"
    CHOICE = "choice"
    YES_NO = "yes_no"
    SIRET = "siret"
    SITE = "site"
    PERSON = "person"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Field:
    """One input of an action.

    `choices` holds the accepted values of a CHOICE with their French labels.
    """

    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """Fields by name, got ready once for who parses many inputs."""

    by_name: Mapping[str, Field]
    required: tuple[Field, ...]


def form_of(fields: Iterable[Field]) -> Form:
    """Get fields ready."""
    by_name = {field.name: field for field in fields}
    return Form(by_name, tuple(f for f in by_name.values() if f.required))


def choices_of(members: Iterable[Labelled]) -> tuple[tuple[str, str], ...]:
    """List an enum's values and labels for a CHOICE field."""
    return tuple((member.value, member.label) for member in members)


def parse(
    fields: Iterable[Field] | Form, raw: Mapping[str, object], *, lenient: bool = False
) -> tuple[dict[str, Json], list[Refusal]]:
    """Turn what a form, a file or an API call sent into an event's details.

    Empty values are left out. `lenient` waives what is required: the past that
    an import declares has no papers (decision D11). Unknown names are refused:
    a misspelt field of the API must not vanish in silence.
    """
    form = fields if isinstance(fields, Form) else form_of(fields)
    known = form.by_name
    refusals: list[Refusal] = []
    details: dict[str, Json] = {}
    for name, value in raw.items():
        field = known.get(name)
        if field is None:
            refusals.append(Refusal("unknown_field", f"Champ inconnu : {name}.", name))
            continue
        # `_is_empty`, written out: each cell of a file comes here.
        if value is None or (type(value) is str and (not value or value.isspace())):
            continue
        try:
            details[name] = _PARSERS[field.kind](field, value)
        except ValueError as error:
            message = f"« {field.label} » : {error}"
            refusals.append(Refusal("invalid_field", message, name))
    if not lenient:
        refusals += [
            Refusal("missing_field", f"« {field.label} » est à renseigner.", field.name)
            for field in form.required
            if _is_empty(raw.get(field.name))
        ]
    return details, refusals


def _is_empty(value: object) -> bool:
    return value is None or (type(value) is str and (not value or value.isspace()))


def cents(text: str) -> int:
    """Read an amount in euros (`1 234,56`) as integer cents.

    Raises:
        ValueError: not an amount; the message is French.
    """
    compact = siret.normalise(text.replace("€", "").replace(".", ","))
    found = _MONEY.fullmatch(compact)
    if found is None or "-" in text:
        message = "montant attendu en euros, par exemple 349,90."
        raise ValueError(message)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _text(field: Field, value: object) -> str:
    if not isinstance(value, str):
        message = "un texte est attendu."
        raise ValueError(message)  # noqa: TRY004 - bad input, collected as a refusal
    cleaned = value.strip()
    if not cleaned.isprintable():
        cleaned = cleaned.replace("\r\n", "\n")
        if _UNREADABLE.search(cleaned):
            message = "caractère de contrôle ou illisible."
            raise ValueError(message)
    longest = LONGEST.get(field.kind, LONGEST["text"])
    if len(cleaned) > longest:
        message = f"{longest} caractères au plus."
        raise ValueError(message)
    return cleaned


def _day(_: Field, value: object) -> str:
    try:
        return _iso(str(value))
    except ValueError:
        message = "date attendue au format AAAA-MM-JJ."
        raise ValueError(message) from None


@lru_cache(maxsize=8_192)
def _iso(text: str) -> str:
    # The days of an inventory come back again and again.
    return date.fromisoformat(text.strip()).isoformat()


def _money(_: Field, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return cents(str(value))


def _integer(_: Field, value: object) -> int:
    if type(value) is int and 0 <= value <= _LARGEST_INTEGER:
        return value
    text = str(value).strip()
    if isinstance(value, bool) or not (
        text.isascii() and text.isdigit() and len(text) <= _LONGEST_INTEGER
    ):
        message = "nombre entier attendu."
        raise ValueError(message)
    return int(text)


def _tenths(_: Field, value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        tenths = value
    else:
        tenths, rest = divmod(cents(str(value)), 10)
        tenths = tenths if rest == 0 else _TOP_TENTHS + 1
    if not 0 <= tenths <= _TOP_TENTHS:
        message = "note attendue entre 0 et 10, avec une décimale au plus."
        raise ValueError(message)
    return tenths


def _choice(field: Field, value: object) -> str:
    text = str(value)
    # Without a generator: each row of a file comes here.
    for key, _ in field.choices:
        if key == text:
            return text
    accepted = ", ".join(label for _, label in field.choices)
    message = f"valeur inconnue. Valeurs acceptées : {accepted}."
    raise ValueError(message)


def _yes_no(_: Field, value: object) -> bool:
    answers = {"true": True, "oui": True, "on": True, "false": False, "non": False}
    answer = answers.get(str(value).strip().lower())
    if answer is None:
        message = "réponse attendue : oui ou non."
        raise ValueError(message)
    return answer


def _siret(_: Field, value: object) -> str:
    number = siret.normalise(str(value))
    if not siret.is_siret(number):
        message = "SIRET attendu : 14 chiffres dont les deux clés sont justes."
        raise ValueError(message)
    return number


def _shaped(pattern: re.Pattern[str], expected: str) -> Callable[[Field, object], str]:
    def parse_shaped(_: Field, value: object) -> str:
        if pattern.fullmatch(str(value).strip()) is None:
            raise ValueError(expected)
        return str(value).strip()

    return parse_shaped


_PARSERS: Mapping[Kind, Callable[[Field, object], Json]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.DAY: _day,
    Kind.MONEY: _money,
    Kind.INTEGER: _integer,
    Kind.TENTHS: _tenths,
    Kind.CHOICE: _choice,
    Kind.YES_NO: _yes_no,
    Kind.SIRET: _siret,
    Kind.SITE: _integer,
    Kind.PERSON: _shaped(_PERSON, "personne inconnue."),
    Kind.DOCUMENT: _shaped(_SHA256, "pièce inconnue."),
}
