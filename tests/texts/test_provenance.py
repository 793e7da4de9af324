"""Where the texts come from: hashes of the article's paragraphs and of its six-word runs."""

import hashlib
from dataclasses import replace

import pytest

from bot.runtime import CONTENT
from bot.texts import manifest, provenance
from bot.texts.content import ContentError

ARTICLE = """A title

By someone

One two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty.

""".replace("eighteen\n", "eighteen ")


@pytest.fixture
def kept(tmp_path):
    """A folder that keeps the hashes of the article, and a manifest with its paragraph."""
    provenance.write(ARTICLE, tmp_path)
    digest = hashlib.sha256(provenance.paragraphs(ARTICLE)[0].encode()).hexdigest()
    return tmp_path, replace(manifest.read(CONTENT), paragraphs={"P1": digest})


def test_the_article_agrees_with_what_is_kept_of_it(kept):
    assert list(provenance.faults(ARTICLE, kept[1], kept[0])) == []


def test_a_changed_paragraph_is_named(kept):
    found = list(provenance.faults(ARTICLE.replace("twelve", "dozen"), kept[1], kept[0]))
    assert "P1: the paragraph has changed" in found[0] and "made from another article" in found[1]


def test_a_paragraph_too_many_or_too_few_is_named(kept):
    more = ARTICLE + " ".join(["word"] * 25)
    assert any("has 2 paragraphs" in fault for fault in provenance.faults(more, kept[1], kept[0]))
    assert any("has only 0 paragraphs" in fault for fault in provenance.faults("none", kept[1], kept[0]))


@pytest.mark.parametrize("text", ["three four five six seven eight", "Three, FOUR: five six - seven eight!"])
def test_a_run_is_found_whatever_its_marks(kept, text):
    assert set(provenance.shingles(text)) <= provenance.kept(kept[0])


def test_five_words_are_no_run(kept):
    assert not set(provenance.shingles("three four five six seven")) & provenance.kept(kept[0])


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ('parts.1 = { from = ["P77"] }', "'P77' is no paragraph"),
        ('parts.1 = { adds = ["hearsay"] }', "'hearsay' is no authority"),
        ("parts.1 = { }", "name a paragraph it draws on"),
        ('parts.1 = { from = ["P2"], risk = true, says = ["recover"] }', "names a risk alone"),
        ("parts = 1", "has it in another form"),
    ],
)
def test_a_slip_in_the_manifest_is_named_with_its_part(tmp_path, entry, said):
    text = (CONTENT / "manifest.toml").read_text(encoding="utf-8")
    head = '[[topic]]\nid = "odd"\nnumber = 99\nnext = []\n'
    (tmp_path / "manifest.toml").write_text(text.replace("[[topic]]", f"{head}{entry}\n[[topic]]", 1), encoding="utf-8")
    with pytest.raises(ContentError, match=said):
        manifest.read(tmp_path)
