"""Programme files: a wrong one is refused with its file, line and reason."""

import pytest

from bot.domain.programmes import Anchor
from bot.runtime import CONTENT
from bot.texts import library, programmes
from bot.texts.content import ContentError

HEAD = 'id = "mine"\nanchor = "treatment"\ncycles = "every 21 days x 6"\n'
STEP = '[[step]]\nat = "C1D-3 10:00"\ntopic = "how"\n'


@pytest.fixture(scope="module")
def texts():
    return library.load(CONTENT)


@pytest.fixture
def read(tmp_path, texts):
    def _read(text):
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return programmes.read(path, texts)

    return _read


def test_the_programmes_of_this_release_are_sound(texts):
    found = programmes.load(CONTENT, texts)
    assert {name: each.anchor for name, each in found.items()} == {
        "before-my-visit": Anchor.VISIT,
        "first-cycle": Anchor.TREATMENT,
        "understanding-resistance": Anchor.ENROLMENT,
    }


def test_a_question_follows_its_lesson_by_an_hour(read):
    made = read(HEAD + STEP + 'quiz = "q1"\nright = "1"\n')
    lesson, question = made.steps
    assert (lesson.text, question.text) == ("topic:how", "q1")
    assert question.after.total_seconds() == 3600
    assert question.menu == {"1": "q1-right", "2": "q1-wrong", "3": "q1-wrong"}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('id = "other"\nanchor = "visit"\n' + STEP, 1, "id: must be 'mine'"),
        ('id = "mine"\nanchor = "moon"\n' + STEP, 1, "anchor: use one of treatment, visit, enrolment"),
        (HEAD, 1, "[[step]]: there is none"),
        (HEAD + "colour = 1\n" + STEP, 1, "colour: unknown"),
        (HEAD.replace("every 21 days x 6", "now and then") + STEP, 1, "cycles: 'now and then' is no rhythm"),
        (HEAD + STEP + '\n[[step]]\nat = "T-3d"\ntopic = "how"\n', 8, "at: 'T-3d' is no place"),
        (HEAD + STEP + '\n[[step]]\nat = "D+1"\ntopic = "hwo"\n', 8, "topic: 'hwo' is unknown"),
        (HEAD + STEP + '\n[[step]]\nat = "D+1"\ntext = "card"\n', 8, "text: 'card' is no part of"),
        (HEAD + STEP + '\n[[step]]\nat = "D+1"\n', 8, "topic, text: give one of the two"),
        (HEAD + STEP + "mus = true\n", 4, "mus: unknown"),
        (HEAD + STEP + 'quiz = "q9"\nright = "1"\n', 4, "quiz: 'q9' needs the parts"),
        (HEAD + STEP + 'quiz = "q1"\nright = "7"\n', 4, "right: name the right answer of q1, one of 1, 2, 3"),
        (HEAD + STEP + 'menu = { "1" = "topic:nope" }\n', 4, 'menu: 1 = "topic:nope"'),
        (HEAD + STEP + 'weekdays = "mon-son"\n', 4, "weekdays: 'mon-son'"),
        (HEAD + '[[step]]\nat = "C7D1"\ntopic = "how"\n', 1, "a step names cycle 7, there are 6"),
        (HEAD + STEP + STEP, 1, "'topic:how' stands twice on the same day"),
    ],
)
def test_a_slip_is_named_with_file_line_and_reason(read, tmp_path, text, line, reason):
    with pytest.raises(ContentError) as fault:
        read(text)
    assert str(fault.value).startswith(f"{tmp_path / 'mine.toml'}:{line}: ")
    assert reason in str(fault.value)


def test_what_is_no_toml_is_said(read):
    with pytest.raises(ContentError, match="no TOML"):
        read("id = ")
