"""What a text costs on the air: GSM-7 and UCS-2 segments, counted as Twilio counts them.

Sources: 3GPP TS 23.038 (alphabet and extension table), TS 23.040 (concatenation header).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import regex

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_GSM7 = _BASIC | _EXTENSION

_CLUSTER = regex.compile(r"\r|\n|\X")


class Encoding(StrEnum):
    """The two alphabets of SMS."""

    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


# One message, and each part of a longer one, in units (septets or UTF-16 code units).
_ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Cost:
    """Encoding, units used (septets or UTF-16 units) and segments paid."""

    encoding: Encoding
    units: int
    segments: int


def encoding_of(text: str) -> Encoding:
    """GSM-7 only if every character is in the default alphabet or its extension table."""
    return Encoding.GSM7 if _GSM7.issuperset(text) else Encoding.UCS2


def not_gsm7(text: str) -> list[str]:
    """The characters that make this text UCS-2, in order of first appearance."""
    return list(dict.fromkeys(c for c in text if c not in _BASIC and c not in _EXTENSION))


def cost(text: str) -> Cost:
    """Count segments; an empty text costs none."""
    encoding = encoding_of(text)
    pieces = list(_gsm_units(text) if encoding is Encoding.GSM7 else _ucs_units(text))
    units = sum(pieces)
    alone, joined = _ROOM[encoding]
    if units <= alone:
        return Cost(encoding, units, 1 if units else 0)
    return Cost(encoding, units, _pack(pieces, joined))


def _gsm_units(text: str) -> Iterator[int]:
    for character in text:
        yield 2 if character in _EXTENSION else 1


def _ucs_units(text: str) -> Iterator[int]:
    # A cluster (surrogate pair, emoji sequence, letter with marks) is not cut in two by the carrier.
    for cluster in _CLUSTER.findall(text):
        yield sum(2 if ord(c) > 0xFFFF else 1 for c in cluster)


def _pack(pieces: list[int], room: int) -> int:
    segments, free = 1, room
    for size in pieces:
        if size > room:
            # Longer than a segment: it has to be cut after all.
            segments, free = segments + -(-(size - free) // room), room - (size - free) % room
        elif size > free:
            segments, free = segments + 1, room - size
        else:
            free -= size
    return segments
