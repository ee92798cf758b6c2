"""What a scanned or typed code may have been, and what it stands for.

`readings` lists what may have been printed; the caller looks each one up; `choose`
decides. One device, or a clear answer why not: a wrong device is never chosen.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote

from parc.domain import maker_serials, mode_card
from parc.domain.asset_tag import AssetTag, looks_like_ours
from parc.domain.labelled import Labelled
from parc.domain.mode_card import ModeCard
from parc.domain.place_tag import PlaceTag, looks_like_place
from parc.domain.scan_keyboard import LOCKED, Keyboard, decode

LONGEST = 300
"""Characters; what is longer is no code of ours and is not even looked up."""

_GROUP = "\x1d"
_SYMBOLOGY = re.compile(r"(?:\][A-Za-z][0-9A-Za-z] *)+")
"""AIM identifier (ISO/IEC 15424) that some scanners put in front: `]C1`."""
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*([^?#]*)", re.ASCII)
_OUR_ADDRESS = re.compile(r"/(?:d|devices)/([^/]+)/?", re.IGNORECASE)
_PLAIN = re.compile(r"[A-Za-z0-9 ._/-]+", re.ASCII)
"""What tags and serial numbers are made of: typed so, it was typed as printed."""
_PRINTED = re.compile(r"[A-Za-z0-9 ._/*-]+", re.ASCII)
_CAPITAL = re.compile(r"[A-Z]")


class Part(Labelled):
    """Which part of what was scanned a reading is."""

    WHOLE = "whole", "le code"
    SYMBOLOGY = "symbology", "le code, sans l'identifiant du symbole"
    ADDRESS = "address", "la fin de l'adresse"
    MAKER = "maker", "le numéro de série dans le code du constructeur"


class Kind(Labelled):
    """What a code may stand for."""

    DEVICE = "device", "Matériel"
    LABEL = "label", "Étiquette réservée"
    PLACE = "place", "Lieu"
    CARD = "card", "Carte de commande"
    MODEL = "model", "Modèle"


@dataclass(frozen=True, slots=True)
class Reading:
    """What may have been printed, and how it was obtained.

    `ours` tells a code of ours whose check character is right, `own` which tag it
    is, `is_close` one that only has the shape. `proven`: the text could be nothing
    else, so what it equals exactly may be acted on. `loose`: what it resembles
    (letter case, spacing) may be acted on too. `makers` restricts a serial to
    these (names folded).
    """

    text: str
    keyboard: Keyboard = Keyboard.AS_TYPED
    part: Part = Part.WHOLE
    ours: Kind | None = None
    own: str = ""
    is_close: bool = False
    proven: bool = True
    loose: bool = False
    makers: tuple[str, ...] = ()

    @property
    def card(self) -> ModeCard | None:
        """The mode card that the text is, if it is one."""
        return mode_card.read(self.text) if self.ours is Kind.CARD else None

    @property
    def place(self) -> PlaceTag | None:
        """The tag of a place that the text is, if it is one."""
        return PlaceTag.parse(self.text) if self.ours is Kind.PLACE else None


class Via(Labelled):
    """By which of its codes something was found."""

    TAG = "tag", "étiquette"
    FOREIGN_TAG = "foreign_tag", "étiquette d'un autre outil"
    ALIAS = "alias", "ancien code"
    SERIAL = "serial", "numéro de série"
    MAKER = "maker", "code du constructeur"
    MEDIUM = "medium", "numéro de série d'un support de stockage"
    ACCOUNTING = "accounting", "numéro d'inventaire comptable"
    EAN = "ean", "code-barres du modèle"
    CODE = "code", "code de parc"


@dataclass(frozen=True, slots=True)
class Match:
    """Something that a reading stands for; `key` names it among its kind.

    `exact`: the very same text, not one that resembles it. `hidden`: it exists,
    and whoever asks may not know.
    """

    kind: Kind
    key: int | str
    via: Via
    exact: bool = True
    hidden: bool = False


class Verdict(Labelled):
    """What a code comes to."""

    ONE = "one", "Trouvé"
    TO_CONFIRM = "to_confirm", "À confirmer"
    AMBIGUOUS = "ambiguous", "Ambigu"
    UNKNOWN = "unknown", "Inconnu"


class Why(Labelled):
    """Why a code comes to nothing that may be acted on: a sentence to show."""

    EMPTY = "empty", "Aucun code n'a été reçu."
    TOO_LONG = "too_long", "Ce code est trop long pour être celui d'un matériel."
    BAD_CHECK = (
        "bad_check",
        (
            "Aucun matériel que vous pouvez voir ne porte ce code, et son caractère de "
            "contrôle est faux : relisez l'étiquette."
        ),
    )
    PRODUCT = (
        "product",
        (
            "C'est le code-barres d'un article, le même sur tous ceux du modèle : "
            "scannez l'étiquette ou le numéro de série."
        ),
    )
    NOT_FOUND = (
        "not_found",
        "Aucun matériel que vous pouvez voir ne porte ce code.",
    )
    KEYBOARD = (
        "keyboard",
        (
            "La douchette et l'ordinateur n'ont pas le même clavier, et ce code peut "
            "se lire de plusieurs façons : réglez la douchette sur le clavier français."
        ),
    )
    SEVERAL = "several", "Plusieurs matériels portent ce code."
    RESEMBLES = (
        "resembles",
        (
            "Ce code a été tapé en minuscules ou sur un autre clavier : vérifiez que "
            "c'est bien ce matériel."
        ),
    )


@dataclass(frozen=True, slots=True)
class Resolution:
    """What a code comes to; `code` is how it was understood.

    `match` with `reading` when it is one thing. `candidates` when a person must
    decide: nothing is done before. `why` says so otherwise.
    """

    code: str
    verdict: Verdict
    match: Match | None = None
    reading: Reading | None = None
    candidates: tuple[Match, ...] = ()
    why: Why | None = None

    @property
    def device_id(self) -> int | None:
        """The device to act on, when there is exactly one and no doubt."""
        if self.match is None or self.match.kind is not Kind.DEVICE:
            return None
        return int(self.match.key)

    @property
    def misread(self) -> bool:
        """Tell whether a code of ours has a wrong check character."""
        return self.why is Why.BAD_CHECK


def readings(raw: str) -> tuple[Reading, ...]:
    """List what may have been printed where `raw` was scanned, as typed first.

    Nothing for a code that is empty or longer than `LONGEST`. A reading by
    another keyboard is only kept when it is a code of ours with its check
    character (or nearly), or a text such as tags and serials are.
    """
    kept = "".join(c for c in raw if c.isprintable() or c == _GROUP).strip()
    if not kept.strip(_GROUP) or len(raw.strip()) > LONGEST:
        return ()
    found = list(_as_typed(kept))
    if not found[0].ours:
        found += _retyped(kept.replace(_GROUP, ""))
    by_text: dict[tuple[str, Part, tuple[str, ...]], Reading] = {}
    for reading in found:
        by_text.setdefault((reading.text, reading.part, reading.makers), reading)
    return tuple(by_text.values())


def understood(raw: str) -> str:
    """Give how a code is shown: our tag if it is one, else what was typed."""
    return _shown(raw, readings(raw))


def choose(raw: str, found: Mapping[Reading, Sequence[Match]]) -> Resolution:
    """Decide what a code stands for; `found` holds its readings and their matches.

    One thing only, by its exact code or by a code of ours whose check character
    is right: that one. Anything else is left to a person, or is unknown.
    """
    code = _shown(raw, found)
    if not found:
        why = Why.TOO_LONG if len(raw.strip()) > LONGEST else Why.EMPTY
        return Resolution(code, Verdict.UNKNOWN, why=why)
    sure: dict[tuple[Kind, int | str], tuple[Reading, Match]] = {}
    doubtful: dict[tuple[Kind, int | str], tuple[Reading, Match]] = {}
    for reading, matches in found.items():
        for match in (*_cards(reading), *matches):
            target = sure if _is_proof(reading, match) else doubtful
            if match.exact or reading.keyboard is Keyboard.AS_TYPED:
                target.setdefault((match.kind, match.key), (reading, match))
    everything = {**doubtful, **sure}
    shown = tuple(match for _, match in everything.values() if not match.hidden)
    if len(everything) == 1 and shown:
        reading, match = next(iter(everything.values()))
        if sure:
            return Resolution(code, Verdict.ONE, match, reading)
        return Resolution(code, Verdict.TO_CONFIRM, candidates=shown, why=Why.RESEMBLES)
    if len(everything) > 1:
        if len(shown) < len(everything):
            # Somebody else's device could be meant, of which nothing may be said.
            return Resolution(code, Verdict.UNKNOWN, why=Why.KEYBOARD)
        return Resolution(code, Verdict.AMBIGUOUS, candidates=shown, why=Why.SEVERAL)
    return Resolution(code, Verdict.UNKNOWN, why=_why(found))


def _is_proof(reading: Reading, match: Match) -> bool:
    if reading.keyboard is Keyboard.DIGITS:
        return False  # with one wrong key besides, its check character may be right
    if reading.ours:
        return True
    return reading.loose or (reading.proven and match.exact)


def _cards(reading: Reading) -> tuple[Match, ...]:
    card = reading.card
    return () if card is None else (Match(Kind.CARD, card.code, Via.CODE),)


def _why(found: Mapping[Reading, Sequence[Match]]) -> Why:
    if any(reading.ours for reading in found):
        return Why.NOT_FOUND
    if any(reading.is_close for reading in found):
        return Why.BAD_CHECK
    typed = next(iter(found)).text
    # Eight digits are right by chance too often to say that it is an article.
    if len(typed) > 8 and maker_serials.gtin(typed):  # noqa: PLR2004 - EAN-8
        return Why.PRODUCT
    return Why.NOT_FOUND


def _shown(raw: str, found: Iterable[Reading]) -> str:
    known = [reading for reading in found if reading.ours]
    known += [reading for reading in found if reading.is_close]
    # An address stays whole: its end alone could be somebody's serial number.
    known += [reading for reading in found if reading.part is not Part.ADDRESS]
    for reading in known:
        return reading.own or reading.text
    return "".join(c for c in raw[:LONGEST] if c.isprintable()).strip()


def _as_typed(kept: str) -> Iterator[Reading]:
    plain = kept.replace(_GROUP, "")
    locked = decode(plain, Keyboard.FRENCH_CAPS)
    # Typed without a capital, it may be a scanner under Caps Lock: A for Q.
    sure_of_case = (
        _CAPITAL.search(plain) is not None
        or locked.upper() == plain.upper()
        or _PRINTED.fullmatch(locked) is None
    )
    for reading in _parts(plain, Keyboard.AS_TYPED):
        loose = sure_of_case and reading.part is not Part.ADDRESS
        yield replace(reading, loose=loose)
    found = _SYMBOLOGY.match(kept)
    bare = kept[found.end() :] if found else kept
    for serial in maker_serials.serials(bare.strip(_GROUP)):
        yield Reading(serial.serial, part=Part.MAKER, makers=serial.makers)


def _retyped(plain: str) -> list[Reading]:
    """Read a code as typed on each other keyboard."""
    typed_plainly = _PLAIN.fullmatch(plain) is not None
    ours: list[Reading] = []
    others: list[Reading] = []
    for keyboard in Keyboard:
        if keyboard is Keyboard.AS_TYPED:
            continue
        for reading in _parts(decode(plain, keyboard), keyboard):
            if reading.ours or reading.is_close:
                ours.append(reading)
            elif _may_be_other(reading, plain, typed_plainly=typed_plainly):
                others.append(reading)
    # Two readings of which neither has a check character prove nothing.
    texts = {r.text for r in others if r.keyboard not in LOCKED}
    proven = len(texts) == 1 and not typed_plainly
    return [
        *ours,
        *(replace(r, proven=proven and r.keyboard not in LOCKED) for r in others),
    ]


def _may_be_other(reading: Reading, plain: str, *, typed_plainly: bool) -> bool:
    """Tell whether a reading may be the tag of another tool, or a serial."""
    if reading.keyboard is Keyboard.DIGITS or reading.text == plain:
        return False
    if _PRINTED.fullmatch(reading.text) is None and reading.part is not Part.ADDRESS:
        return False
    if reading.keyboard in LOCKED:
        return _CAPITAL.search(plain) is None
    return not typed_plainly


def _parts(text: str, keyboard: Keyboard) -> Iterator[Reading]:
    """Take off what scanners put in front, and give an address's end too."""
    part = Part.WHOLE
    if bare := _SYMBOLOGY.match(text):
        text, part = text[bare.end() :], Part.SYMBOLOGY
    found = _ADDRESS.match(text) if "://" in text else None
    if found is not None:
        last = unquote(found[1].rstrip("/").rpartition("/")[2])
        end = _reading(last, keyboard, Part.ADDRESS)
        if end.ours or end.is_close or _OUR_ADDRESS.fullmatch(found[1]):
            yield end
    if found is None or keyboard is Keyboard.AS_TYPED:
        yield _reading(text, keyboard, part)


def _reading(text: str, keyboard: Keyboard, part: Part) -> Reading:
    if "-" not in text:
        return Reading(text, keyboard, part)
    tag = AssetTag.parse(text)
    if tag is not None:
        return Reading(text, keyboard, part, Kind.DEVICE, str(tag))
    if PlaceTag.parse(text) is not None:
        return Reading(text, keyboard, part, Kind.PLACE)
    if mode_card.read(text) is not None:
        return Reading(text, keyboard, part, Kind.CARD)
    shapes = (looks_like_ours, looks_like_place, mode_card.looks_like_card)
    is_close = any(shape(text) for shape in shapes)
    return Reading(text, keyboard, part, is_close=is_close)
