"""French identifiers of legal persons: SIREN (nine digits) and SIRET (fourteen)."""

_LA_POSTE = "356000000"


def normalise(text: str) -> str:
    """Drop the spaces and dots people write inside a number: `246 200 364 00015`."""
    return "".join(c for c in text if c not in " .\u00a0\u202f-\t")


def is_siren(text: str) -> bool:
    """Tell whether `text` is nine digits whose Luhn key is right (INSEE)."""
    return _is_digits(text, 9) and _luhn_sum(text) % 10 == 0


def is_siret(text: str) -> bool:
    """Tell whether `text` is fourteen digits with both keys right.

    Both keys are checked: the first nine digits are a SIREN with its own key,
    and the fourteen together carry another. La Poste's establishments are the
    exception published by INSEE: their digits add up to a multiple of five.
    """
    if not _is_digits(text, 14) or not is_siren(text[:9]):
        return False
    if _luhn_sum(text) % 10 == 0:
        return True
    return text.startswith(_LA_POSTE) and sum(map(int, text)) % 5 == 0


def formatted(siret: str) -> str:
    """Group the digits as on official papers: `246 200 364 00015`."""
    groups = (siret[:3], siret[3:6], siret[6:9], siret[9:])
    return "\u00a0".join(group for group in groups if group)


def with_key(siren: str, establishment: str) -> str:
    """Complete a SIREN and four establishment digits with the SIRET's key.

    Raises:
        ValueError: the SIREN is not valid or the establishment is not 4 digits.
    """
    if not is_siren(siren) or not _is_digits(establishment, 4):
        message = f"not a SIREN and a four-digit establishment: {siren} {establishment}"
        raise ValueError(message)
    for key in "0123456789":
        candidate = siren + establishment + key
        if _luhn_sum(candidate) % 10 == 0:
            return candidate
    raise AssertionError


def _is_digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()


def _luhn_sum(digits: str) -> int:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if position % 2 else 1)
        total += sum(divmod(value, 10))
    return total
