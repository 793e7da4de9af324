"""WhatsApp templates: which approved Content SID stands for which of our texts in which language.

Outside the 24-hour window a text goes as its own template, else as the discreet invitation to read it, else it waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.answers import Say
from bot.domain.messages import Template
from bot.texts.render import Reader, Speaker

# Its text is the part `discreet`; it fits any message.
INVITATION = "discreet"


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


def name_of(say: Say) -> str:
    """What a text is called in the list of templates."""
    return f"topic:{say.topic}" if say.text == "lesson" else say.text
