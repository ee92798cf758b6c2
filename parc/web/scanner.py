"""What a scanner typed while it and the computer disagreed about the keyboard."""

_AS_TYPED = "&é\"'(-è_çà)aqzw,AQZW?mM!:"
_AS_MEANT = "1234567890-qawzmQAWZM;:/."
_FROM_AZERTY = str.maketrans(_AS_TYPED, _AS_MEANT)


def from_azerty(code: str) -> str:
    """Read a code again as typed by a scanner set to QWERTY on an AZERTY computer.

    Such a scanner presses the keys of a QWERTY keyboard: `CALL-000597-O` arrives
    as `CQLL)ààà(çè)O`. A code without any sign that only an AZERTY keyboard gives
    in a code's place comes back as it is.
    """
    if not any(sign in code for sign in "&é\"'(è_çà)"):
        return code
    return code.translate(_FROM_AZERTY)
