"""What a text is taken apart into, and how words that share letters come near to each other."""

import numpy as np
import pytest

from bot.domain.fold import fold
from bot.domain.language import by_script
from bot.domain.ngrams import features
from bot.domain.phrases import Kind, Phrase, PhraseBook
from bot.domain.ranker import BUCKETS, Index, Network, Ranker

EXPECTED = [3201469055, 2763588661, 3922861519, 4118910257, 3978971891]


def near(one, other):
    mine, theirs = set(features(fold(one)).tolist()), set(features(fold(other)).tolist())
    return len(mine & theirs) / len(mine | theirs)


@pytest.mark.parametrize(
    ("text", "typo", "another"),
    [
        ("side effects", "side efects", "surgery"),
        ("quimioterapia", "quimoterapia", "radiación"),
        ("副作用", "付作用", "手术"),
    ],
)
def test_a_typo_stays_nearer_than_another_word(text, typo, another):
    assert near(text, typo) > near(text, another)


@pytest.mark.parametrize(
    ("one", "other"), [("fever 38.5", "fever 40.1"), ("体温38.5", "体温39.9"), ("room 12", "room 7")]
)
def test_which_number_it_is_never_counts(one, other):
    assert np.array_equal(features(fold(one)), features(fold(other)))


def test_numbers_are_the_same_in_every_process():
    # The weights on disk were made with these: another hash would make all of them wrong in silence.
    assert features("no").tolist() == EXPECTED
    assert all(0 <= number < 1 << 32 for number in features("no fever 中文"))


def test_a_letter_group_never_takes_the_row_of_another():
    known, meets, other = 7 * BUCKETS + 5, 9 * BUCKETS + 5, 7 * BUCKETS + 6
    rows = np.zeros(BUCKETS, dtype=np.int32)
    rows[5] = 1
    index = Index(rows, np.array([0, 7], dtype=np.uint16))
    assert index.find(np.array([known, meets, other])).tolist() == [1, 0, 0]


def test_an_empty_text_is_like_nothing():
    ones = [np.ones(shape, dtype=np.float32) for shape in ((1, 1), (1,), (1, 1), (1, 1), (1,))]
    network = Network(np.ones((2, 1), dtype=np.int8), np.float32(1), *ones)
    index = Index(np.zeros(BUCKETS, dtype=np.int32), np.zeros(2, dtype=np.uint16))
    ranker = Ranker(("a",), ("en",), index, np.ones((2, 1), dtype=np.int8), np.ones(1, dtype=np.float32), network)
    assert ranker.rank(ranker.take("")).classes == {} == ranker.tongues(ranker.take(""))
    assert ranker.rank(ranker.take("word")).classes == {"a": 1.0}


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("안녕하세요", ("ko",)), ("こんにちは", ("ja",)), ("привет", ("ru",)), ("چطوری", ("fa",)), ("كيف", ("ar",)),
        ("化疗", ("zh-Hans",)), ("醫生", ("zh-Hant",)), ("副作用", ("zh-Hans", "zh-Hant", "ja")),
        # 療 and 護 are written in Japanese too, 剂 and 妳 are not.
        ("化療", ("zh-Hant", "ja")), ("看護師", ("zh-Hant", "ja")),
        ("剂量", ("zh-Hans",)), ("哪裡", ("zh-Hant", "ja")), ("妳們", ("zh-Hant",)),
        ("سلام", ("ar", "fa")),
        ("hello", ()),
    ],
)  # fmt: skip
def test_a_script_leaves_these_languages(text, tags):
    assert by_script(text) == tags


def book(*terms, unspaced=False):
    made = PhraseBook()
    made.add([Phrase(Kind.FLAG, "en", "emergency", term) for term in terms], unspaced=unspaced)
    return made


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("chest pain", "bad chest pain here", True),
        ("chest pain", "chest no pain", False),
        ("cant .. breathe", "i can't really breathe", True),
        ("cant .. breathe", "cant you all just please breathe", False),
        ("vomit*", "she was vomiting", True),
        ("bleed* .. nose", "bleeding from her nose", True),
        ("don't", "DON’T", True),
    ],
)
def test_a_term_is_found_as_its_file_says(term, text, found):
    assert bool(book(term).find(fold(text))) is found


def test_terms_of_unspaced_scripts_are_found_inside():
    (hit,) = book("发烧", unspaced=True).find(fold("我妈 发烧 了"))
    assert (hit.start, hit.end) == (2, 4)
