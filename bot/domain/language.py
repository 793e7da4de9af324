"""The languages we know of, in the order of the language menu. The numbers are stable: they are printed in texts."""

import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import regex


@dataclass(frozen=True, slots=True)
class Language:
    """One language: BCP 47 tag, its own name, its script and where to look when a text is missing."""

    tag: str
    number: int
    endonym: str
    script: str
    fallback: str = "en"
    rtl: bool = False
    # Written in letters that GSM-7 has; accents outside it make the text UCS-2 all the same.
    gsm7: bool = False
    # Without spaces between words: keywords match anywhere in the text.
    unspaced: bool = False
    # The locale whose dates and plurals CLDR has; empty: that of the tag.
    cldr: str = ""


# Haitian Creole never falls back to French, nor Persian to Arabic: that would be another language, not a variety.
LANGUAGES = (
    Language("en", 1, "English", "Latin", gsm7=True),
    Language("es", 2, "Español", "Latin"),
    Language("zh-Hans", 3, "简体中文", "Han", unspaced=True),
    Language("vi", 4, "Tiếng Việt", "Latin"),
    Language("ko", 5, "한국어", "Hangul", unspaced=True),
    Language("tl", 6, "Tagalog", "Latin", gsm7=True),
    Language("ru", 7, "Русский", "Cyrillic"),
    Language("ar", 8, "العربية", "Arabic", rtl=True),
    Language("ht", 9, "Kreyòl Ayisyen", "Latin", gsm7=True),
    Language("fr", 10, "Français", "Latin"),
    Language("pl", 11, "Polski", "Latin"),
    Language("pt", 12, "Português", "Latin"),
    Language("it", 13, "Italiano", "Latin", gsm7=True),
    Language("de", 14, "Deutsch", "Latin", gsm7=True),
    Language("ja", 15, "日本語", "Han", unspaced=True),
    Language("fa", 16, "فارسی", "Arabic", rtl=True),
    Language("zh-Hant", 17, "繁體中文", "Han", fallback="zh-Hans", unspaced=True),
)
# No languages but English in other letters (texts/pseudo), to find what does not go through the texts.
PSEUDO = (
    Language("en-XA", 98, "Àççéñţš", "Latin", cldr="en"),
    Language("ar-XB", 99, "بسودو", "Arabic", rtl=True, cldr="ar"),
)
BY_TAG = {language.tag: language for language in (*LANGUAGES, *PSEUDO)}

_ALIASES = {
    "fil": "tl",
    "zh": "zh-Hans",
    "zh-cn": "zh-Hans",
    "zh-sg": "zh-Hans",
    "zh-tw": "zh-Hant",
    "zh-hk": "zh-Hant",
    "zh-mo": "zh-Hant",
    "prs": "fa",
    "fa-af": "fa",
}
_BY_FOLDED_TAG = {tag.lower(): tag for tag in BY_TAG}

# Letters that one language of a shared script writes and the other does not.
_PERSIAN = regex.compile("[پچژگیک]")
_ARABIC = regex.compile("[يكةىأإؤئ]")
# Not those that Japanese writes too (護 師 語 電 ...): a text of these alone is left to its other letters.
_TRADITIONAL = regex.compile("[癥藥醫會這為嗎麼發燒說對體點從還沒讓變訊應該關嘅唔咗佢嚟喺]")
_SIMPLIFIED = regex.compile("[疗药护医会这个为吗么后时问师请发烧说对话简体学点从还没让变语话电讯进应该开关]")
_HAN = regex.compile(r"\p{Han}")
_SCRIPTS = (
    (("ko",), regex.compile(r"\p{Hangul}")),
    (("ja",), regex.compile(r"[\p{Hiragana}\p{Katakana}]")),
    (("zh-Hans", "zh-Hant", "ja"), _HAN),
    (("ru",), regex.compile(r"\p{Cyrillic}")),
    (("ar", "fa"), regex.compile(r"\p{Arabic}")),
)
_MARKS = {"zh-Hant": _TRADITIONAL, "zh-Hans": _SIMPLIFIED, "fa": _PERSIAN, "ar": _ARABIC}


def canonical(tag: str) -> str | None:
    """Our tag for a BCP 47 or POSIX tag (`pt_BR`, `zh-TW`, `fil`), or None when we do not know the language."""
    folded = tag.strip().replace("_", "-").lower()
    while folded:
        found = _ALIASES.get(folded) or _BY_FOLDED_TAG.get(folded)
        if found:
            return found
        folded = folded.rpartition("-")[0]
    return None


def chain(tag: str, offered: Collection[str], default: str) -> list[str]:
    """The languages to look in for a text: the wanted one, its fallbacks, the default last."""
    wanted = [tag]
    while (following := BY_TAG[wanted[-1]].fallback) not in wanted:
        wanted.append(following)
    return [t for t in dict.fromkeys([*wanted, default]) if t in offered]


def by_script(text: str) -> tuple[str, ...]:
    """The languages that the script of a text leaves, one when it decides; empty for Latin, which decides nothing."""
    if text.isascii():
        return ()
    text = unicodedata.normalize("NFC", text)
    tags = next((tags for tags, pattern in _SCRIPTS if pattern.search(text)), ())
    marks = {tag: len(_MARKS[tag].findall(text)) for tag in tags if tag in _MARKS}
    return _most(marks) or (_charted(text) if "zh-Hans" in tags else ()) or tags


def _most(marks: Mapping[str, int]) -> tuple[str, ...]:
    """The one language with most marks; empty without any, or when two have as many."""
    most = max(marks.values(), default=0)
    marked = tuple(tag for tag, count in marks.items() if count == most)
    return marked if most and len(marked) == 1 else ()


def _charted(text: str) -> tuple[str, ...]:
    """The way of writing Chinese whose old chart alone has some of these characters (GB 2312 on the mainland, Big5 on
    Taiwan), and Japanese if it has them too; empty when neither chart decides.
    """
    only: dict[str, list[str]] = {"zh-Hans": [], "zh-Hant": []}
    for character in set(_HAN.findall(text)):
        simplified, traditional = _has("gb2312", character), _has("big5", character)
        if simplified != traditional:
            only["zh-Hans" if simplified else "zh-Hant"].append(character)
    found = _most({tag: len(characters) for tag, characters in only.items()})
    is_japanese = all(_has("shift_jis", character) for tag in found for character in only[tag])
    return (*found, "ja") if found and is_japanese else found


def _has(chart: str, character: str) -> bool:
    try:
        character.encode(chart)
    except UnicodeEncodeError:
        return False
    return True


def menu(offered: Iterable[str]) -> list[Language]:
    """The offered languages in the order of their stable numbers."""
    offered = set(offered)
    return [language for language in BY_TAG.values() if language.tag in offered]
