"""One spelling for many."""

import pytest

from bot.domain.fold import fold, fold_all


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("  Can’t   BREATHE!!! ", "cant breathe"),
        ("Náusea", "nausea"),
        ("¿QUÉ?", "que"),
        ("٣٨٫٥ درجة", "38.5 درجه"),
        ("38,5", "38.5"),
        ("39°C", "39 deg c"),
        ("й ё", "й е"),
        ("ｽﾄｯﾌﾟ", "ストップ"),
        ("한국어", "한국어"),
        ("đau quá", "dau qua"),
        ("pleeeease", "pleease"),
        ("STOP\u200f", "stop"),
        ("1️⃣", "1"),
        ("\ud800 a", "a"),
        ("🙂", ""),
    ],
)
def test_spellings_of_one_word_fold_together(written, folded):
    assert fold(written) == folded


def test_many_texts_at_once_fold_as_each_alone():
    texts = ["Náusea", "", "🙂", "٣٨٫٥ درجة", "a", "a", "aa a", "1.", ".5", "l'", "'hiver", "ｽﾄｯﾌﾟ", "\ud800 a", "й"]
    assert fold_all(texts) == [fold(text) for text in texts]
    assert fold_all([]) == []
