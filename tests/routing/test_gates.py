"""The least that a release must understand of texts by writers who never saw its examples.

All figures are in docs/routing.md.

A gate is set a little below what was measured, so that it catches a fall and not the noise. It is no goal.
"""

import pytest

from bot.domain.fold import fold
from bot.runtime import CONTENT
from bot.texts import model
from bot.texts.examples import everything
from tests.routing import scoring

AT_LEAST = {
    "first": {
        "accuracy": 0.95,
        "questions": 0.92,
        "services": 0.96,
        "keywords": 0.97,
        "opt-outs found": 0.97,
        "danger: RED": 0.98,
        "danger: RED or AMBER": 0.99,
    },
    "second": {"accuracy": 0.89, "opt-outs found": 0.92, "danger: RED": 0.87, "danger: RED or AMBER": 0.97},
    "third": {
        "accuracy": 0.93,
        "questions": 0.88,
        "services": 0.9,
        "keywords": 0.94,
        "opt-outs found": 0.94,
        "danger: RED": 0.96,
        "danger: RED or AMBER": 0.99,
    },
    "fourth": {
        "accuracy": 0.93,
        "questions": 0.91,
        "services": 0.93,
        "keywords": 0.89,
        "opt-outs found": 0.94,
        "danger: RED": 0.96,
        "danger: RED or AMBER": 0.99,
    },
}
AT_MOST = {
    "first": {"confidently wrong": 0.03, "false RED on traps": 0.07, "false RED on ordinary texts": 0.01},
    "second": {"confidently wrong": 0.055, "false RED on traps": 0.09, "danger: silent": 0.01},
    "third": {"confidently wrong": 0.045, "false RED on traps": 0.05, "danger: silent": 0.005},
    "fourth": {"confidently wrong": 0.045, "false RED on traps": 0.09, "danger: silent": 0.005},
}
WORST_LANGUAGE = {"first": 0.9, "second": 0.8, "third": 0.88, "fourth": 0.88}


@pytest.fixture(scope="module", params=scoring.SETS)
def scored(request, words):
    """A set's name and its results."""
    return request.param, scoring.run(scoring.cases(request.param), words)


def test_every_language_has_all_sets(words):
    for name in scoring.SETS:
        assert {case.tag for case in scoring.cases(name)} == set(words.by_tag)


def test_no_figure_has_fallen(scored):
    name, results = scored
    found = scoring.figures(results)
    fallen = {figure: str(found[figure]) for figure, least in AT_LEAST[name].items() if found[figure].value < least}
    risen = {figure: str(found[figure]) for figure, most in AT_MOST[name].items() if found[figure].value > most}
    assert fallen | risen == {}


def test_no_language_is_left_behind(scored):
    name, results = scored
    shares = {tag: scoring.figures(mine)["accuracy"].value for tag, mine in scoring.by_language(results).items()}
    assert min(shares.values()) >= WORST_LANGUAGE[name], shares


def test_no_opt_out_is_read_as_its_opposite(scored):
    _, results = scored
    found = scoring.figures(results)
    assert found["opt-outs read as START"].value <= 0
    assert found["read as STOP without wishing it"].value <= 0.005


def test_the_sets_are_not_the_examples(words):
    known = {fold(example.text) for example in everything(CONTENT, words.topics) if not example.fragment}
    texts = [case.text for name in scoring.SETS for case in scoring.cases(name) if len(fold(case.text).split()) > 3]
    assert sum(fold(text) in known for text in texts) / len(texts) < 0.02


def test_the_model_is_made_from_these_examples():
    assert not model.is_stale(CONTENT)
