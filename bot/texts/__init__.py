"""The words: content files, lexicons, gettext phrases, and rendering them into a text that fits a phone."""
