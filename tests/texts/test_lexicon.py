"""The files of words: a slip in one is named with its file and the mend, before the first patient."""

import shutil

import pytest

from bot.runtime import CONTENT
from bot.texts import lexicon, library
from bot.texts.content import ContentError


@pytest.mark.parametrize(
    ("name", "line", "said"),
    [
        ("_safety.toml", 'fevr = ["hot"]', "'fevr' is no list of ours; use one of emergency, fever"),
        ("_safety.toml", "fever = ", "no TOML"),
        ("_lexicon.toml", '[phrases]\nstopp = ["no more"]', "'stopp' is no intent; use one of"),
        ("_lexicon.toml", '[dates]\ntommorow = ["tmrw"]', "[dates] 'tommorow' is no name of a date word"),
        ("_keywords.toml", '[wors]\nkeywords = ["grow"]', "[wors] is unknown; use one of"),
        ("_keywords.toml", '[worse]\nkeyword = ["grow"]', "[worse] keyword: use keywords, exact"),
    ],
)
def test_a_slip_is_named_with_its_file(tmp_path, name, line, said):
    folder = tmp_path / "content"
    shutil.copytree(CONTENT, folder)
    path = folder / "es" / name
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ContentError) as fault:
        lexicon.load(folder, library.load(folder, ("en", "es")))
    assert str(path) in str(fault.value) and said in str(fault.value)
