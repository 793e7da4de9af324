"""WhatsApp templates: which approved Content SID stands for which of our texts in which language.

Outside the 24-hour window a text goes as its own template, else as the discreet invitation to read it, else it waits.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

import regex

from bot.domain.answers import Say
from bot.domain.language import canonical
from bot.domain.messages import Template
from bot.texts.render import Reader, Speaker

# Its text is the part `discreet`; it fits any message.
INVITATION = "discreet"
_CONTENT_SID = regex.compile("HX[0-9a-f]{32}")
_FORM = 'write {"discreet": {"en": "HX..."}}, with Content SIDs of 34 characters'


@dataclass(frozen=True, slots=True)
class Templates:
    """Content SIDs by text ("topic:how", "fever-card", "reminder", "discreet") and language."""

    sids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def stand_for(self, text: str, tag: str) -> bool:
        """Tell whether this text can leave outside the window in this language, one way or the other."""
        return any(tag in self.sids.get(name, {}) for name in (text, INVITATION))

    def has_own(self, text: str, tag: str) -> bool:
        """Tell whether there is a template of just this text."""
        return tag in self.sids.get(text, {})

    def of(self, text: str, say: Say, reader: Reader, speaker: Speaker) -> Template:
        """The template of a text with its variables: our placeholders, numbered as they first appear."""
        return Template(self.sids[text][reader.language], speaker.variables(say, reader))


def parse(text: str) -> dict[str, dict[str, str]]:
    """Read `{"discreet": {"en": "HX..."}}`. Raises ValueError that names the entry and the mend."""
    try:
        found = {name: dict(by_language) for name, by_language in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError):
        raise ValueError(f"is no JSON of that form; {_FORM}") from None
    return {name: dict(_entry(*entry) for entry in by_language.items()) for name, by_language in found.items()}


def _entry(language: str, sid: object) -> tuple[str, str]:
    if (tag := canonical(language)) is None:
        raise ValueError(f"has '{language}', which is no language we know; {_FORM}")
    if not isinstance(sid, str) or not _CONTENT_SID.fullmatch(sid):
        raise ValueError(f"has '{sid}', which is no Content SID; {_FORM}")
    return tag, sid


def name_of(say: Say) -> str:
    """What a text is called in the list of templates."""
    return f"topic:{say.topic}" if say.text == "lesson" else say.text
