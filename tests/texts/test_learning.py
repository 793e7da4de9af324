"""What the ranker makes of a handful of examples, and whether it can say why."""

import numpy as np
import pytest

from bot.domain.fold import fold
from bot.texts.examples import Example
from bot.texts.learning import fit

TAUGHT = {
    "side-effects": ("my hair falls out", "I throw up after the drip", "food tastes of metal", "sores in my mouth"),
    "organs": ("is my heart at risk", "what does it do to kidneys", "will the liver heal", "are the lungs scarred"),
    "remind": ("text me tomorrow", "ask me again on Friday", "write tonight please", "remind me in two days"),
}
EXAMPLES = [Example(text, "en", name) for name, texts in TAUGHT.items() for text in texts]
EXAMPLES += [Example("se me cae el pelo", "es", "side-effects"), Example("mir ist so übel", "de", "side-effects")]
# More of a language than of a topic, as in the real lists; 14 examples are few batches for the net.
MANY = EXAMPLES * 40


@pytest.fixture(scope="module")
def taught():
    return fit(MANY)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.text)
def test_what_was_taught_is_known_again(taught, example):
    assert taught.rank(taught.take(fold(example.text))).best()[0] == example.name


def test_new_words_beside_known_ones_lead_to_the_same_class(taught):
    assert taught.rank(taught.take(fold("will my kidneys heal"))).best()[0] == "organs"


def test_the_words_that_spoke_are_named(taught):
    taken = taught.take(fold("hello there is my heart ok"))
    words = taught.why(taken, taught.rank(taken), "organs")
    assert "heart" in words and "hello" not in words


def test_the_slope_is_what_one_number_adds(taught):
    taken = taught.take(fold("what does it do to kidneys"))
    place = taught.classes.index("organs")
    slope = taught.network.towards(taught.rank(taken).spoke, place)
    read = taught.network.read(taken.rows)
    step = np.zeros_like(read)
    step[3] = 1e-2
    before = _score(taught.network, read)[place]
    after = _score(taught.network, read + step)[place]
    assert (after - before) / 1e-2 == pytest.approx(slope[3], rel=1e-2, abs=1e-3)


def test_the_same_examples_give_the_same_ranker(taught):
    again = fit(MANY)
    assert np.array_equal(again.weights, taught.weights)
    assert np.array_equal(again.network.vectors, taught.network.vectors)


def _score(network, read):
    cells = np.maximum(read @ network.inward + network.inward_bias, 0)
    return cells @ network.outward + read @ network.straight + network.bias


def test_a_text_of_unknown_letters_is_like_nothing_surely(taught):
    assert not taught.take(fold("жщъ")).rows.any()
    assert taught.rank(taught.take(fold("жщъ"))).best()[1] < 0.6
