"""The last touch on every outgoing text: nothing invisible or decorative may double its price or lose a letter."""

import unicodedata

import regex

from bot.domain.segments import Encoding, encoding_of

# Always: a no-break or thin space is a space; a soft hyphen or byte-order mark is nothing.
_ALWAYS = str.maketrans(
    {
        "\u00a0": " ", "\u202f": " ", "\u2007": " ", "\u2009": " ", "\u200a": " ", "\u2002": " ", "\u2003": " ",
        "\u00ad": None, "\ufeff": None, "\u2060": None, "\r": None, "\t": " ",
    }
)  # fmt: skip
# Only where it makes the whole text GSM-7: in other texts the typographer's form costs nothing.
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": ",", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "`": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
        "\u2026": "...", "\u2022": "-", "\u00b7": "-", "\u200b": None,
    }
)  # fmt: skip
# What neither XML nor a phone can carry.
_UNSENDABLE = regex.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cs}\ufffe\uffff]")


def tidy(text: str) -> str:
    """Spaces made plain, NFC, and quotes and dashes made ASCII if the text then fits GSM-7. No letter is lost."""
    text = _UNSENDABLE.sub("", unicodedata.normalize("NFC", text).translate(_ALWAYS))
    plain = text.translate(_PLAIN)
    return plain if encoding_of(plain) is Encoding.GSM7 else text
