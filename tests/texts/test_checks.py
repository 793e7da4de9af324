"""Every check of a text fires on the fault it is for, and not on the texts that we send."""

from dataclasses import replace

import pytest

from bot.domain.fold import fold
from bot.domain.messages import Intent
from bot.texts import checks
from bot.texts.checks import budget, characters, provenance, reading, statements, translation, words
from bot.texts.terms import Terms


def told(check, made):
    return [str(fault) for fault in check(*made)]


def test_the_texts_of_this_release_have_no_fault(desk):
    assert [str(fault) for fault in checks.check(desk) if not fault.warning] == []


@pytest.mark.parametrize(
    ("check", "where", "text", "mend"),
    [
        (translation.placeholders, "es/_service/nurse", "Llame al {fone}.", "has ['fone'], the English has"),
        (translation.numbers, "es/_service/remind-ask", "1 Mañana\n2 En tres días\n3 Más tarde\n0 No", "lost ['3']"),
        (translation.numbers, "fa/_service/remind-ask", "۱ فردا\n2\n3\n3\n0", "write digits as 0-9"),
        (translation.numbers, "ja/_service/remind-undone", "「1」日", "added ['1']"),
        (translation.translated, "es/_service/thanks", "You are welcome. Reply MENU any time.", "translate it"),
        (translation.length, "es/worse/1", "No.", "missing or added"),
        (translation.complete, "es/worse/9", "De más", "no such part"),
        (characters.invisible, "ar/_service/thanks", "\u200fأهلا", "direction mark"),
        (characters.invisible, "es/_service/thanks", "De nada\u202f.", "changed on sending"),
        (characters.cheap, "de/_service/thanks", "Gern geschehen, señora â", "'â' makes the text cost double"),
        (characters.script, "ru/_service/thanks", "Пожалуйста, welcome", "'welcome' is not in the script of ru"),
        (characters.script, "ru/_service/thanks", "Отправьте СTOP", "mixes the letters of two scripts"),
        (characters.script, "ko/_service/thanks", "천만에요 谢谢", "'谢谢' is not in the script of ko"),
        (characters.script, "es/_service/thanks", "De nada, спасибо", "'спасибо' is not in the script of es"),
        (characters.direction, "ar/_service/thanks", "{org}: أهلا", "begin in Arabic letters"),
        (characters.direction, "fa/_service/thanks", "MENU را بفرستید", "begin in Arabic letters"),
        (budget.segments, "de/worse/1", "x" * 400, "3 segments"),
        (budget.segments, "ru/worse/1", "ж" * 400, "5 allowed"),
        (budget.segments, "zh-Hans/worse/1", "字" * 250, "3 allowed"),
        (budget.segments, "ru/_service/fever", "ж" * 500, "6 allowed"),
        (budget.whatsapp, "es/worse/whatsapp", "x" * 1601, "1600 fit"),
        (reading.grade, "en/worse/1", "Comprehensive interventions necessitate deliberation. " * 9, "level"),
        (reading.sentences, "es/worse/1", "una " * 25, "a sentence of 25 words"),
        (statements.said, "es/_service/fever", "Llame al {phone}.", "does not say 'even-if-ok'"),
        (statements.banned, "es/worse/1", "El cáncer puede progresar.", "'progresar' is banned"),
        (statements.glossary, "es/immunotherapy/1", "Es una terapia.", "for immunotherapy"),
        (statements.basis, "en/worse/4", "More.", "does not say what it draws on"),
    ],
)
def test_a_check_fires(with_text, check, where, text, mend):
    assert any(mend in fault for fault in told(check, with_text(where, text)))


def test_a_text_that_stands_twice_is_found(with_text, desk):
    twice = desk.library.documents["es", "worse"].parts["1"]
    assert "is the same text as ## 1" in told(translation.no_part_twice, with_text("es/worse/2", twice))[0]


def test_a_part_that_is_missing_is_found(desk):
    document = desk.library.documents["es", "worse"]
    shorter = replace(document, parts={part: text for part, text in document.parts.items() if part != "2"})
    assert told(translation.complete, (shorter, desk)) == ["es/worse: lacks 2"]


def test_an_english_of_another_sense_is_an_error_and_of_other_words_a_warning(with_text):
    made = with_text("es/worse/1", "x", translates={"meaning": 0, "source": "0"})
    (stale,) = translation.up_to_date(*made)
    assert not stale.warning and "says something else now" in stale.mend
    made = with_text("es/worse/1", "x", translates={"meaning": 1, "source": "0"})
    (polished,) = translation.up_to_date(*made)
    assert polished.warning and "was reworded" in polished.mend


def test_a_run_of_the_article_is_found(with_text, desk):
    made = with_text("en/worse/1", "one two three four five six seven")
    known = replace(made[1], borrowed=frozenset(checks.provenance.provenance.shingles("two three four five six seven")))
    assert "'two three four five six seven' are six words" in told(provenance.own_words, (made[0], known))[0]


def test_every_critical_statement_is_missed_when_its_sentence_is_gone(desk):
    """Take each wording out of each part of each language: the check must see every one."""
    unseen = []
    for document in desk.library.documents.values():
        terms = desk.terms[document.tag]
        for part, text in document.parts.items():
            basis = desk.library.manifest.basis(document.name, part)
            for statement in basis.says if basis else ():
                bare = " ".join(
                    line
                    for line in text.split(". ")
                    if not any(statements.stands(wording, line) for wording in terms.says[statement])
                )
                made = replace(document, parts={part: bare})
                if any(statements.stands(wording, bare) for wording in terms.says[statement]):
                    continue
                if not any(f"'{statement}'" in fault for fault in told(statements.said, (made, desk))):
                    unseen.append((document.tag, document.name, part, statement))
    assert unseen == []


# --- words --------------------------------------------------------------------------------------------------


def with_words(desk, tag, **fields):
    """A desk on which one language's whole-text words are others."""
    changed = replace(desk.lexicon.by_tag[tag], **fields)
    by_tag = {**desk.lexicon.by_tag, tag: changed}
    lexicon = replace(desk.lexicon, by_tag=by_tag)
    return replace(desk, lexicon=lexicon)


def with_terms(desk, tag, **fields):
    return replace(desk, terms={**desk.terms, tag: replace(desk.terms.get(tag, Terms()), **fields)})


def test_a_command_with_two_meanings_is_found(desk):
    es = desk.lexicon.by_tag["es"]
    made = with_words(desk, "es", commands={**es.commands, "stop": Intent.HELP})
    assert any("'stop' is" in str(fault) for fault in words.no_command_elsewhere(made))


def test_a_service_word_that_is_a_command_elsewhere_is_found(desk):
    es = desk.lexicon.by_tag["es"]
    made = with_words(desk, "es", service={**es.service, "arret": Intent.MENU})
    assert any("'arret' is the command" in str(fault) for fault in words.no_command_elsewhere(made))


def test_a_word_that_the_line_does_not_understand_is_found(desk):
    made = with_terms(desk, "es", words={**desk.terms["es"].words, "MENU": "CARTA"})
    assert any("MENU = 'CARTA' is not understood" in str(fault) for fault in words.understood(made))
    assert any("so this says CARTA" in str(fault) for fault in words.told_in_texts(made))


def test_a_word_one_slip_from_stop_is_found(desk):
    made = with_terms(desk, "es", words={"MORE": "ALTA"})
    assert any("'ALTA' is one slip from" in str(fault) for fault in words.not_near_stop(made))


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [("cancel", "cancer", True), ("stop", "stopp", True), ("stop", "stop", True), ("top", "stop", True),
     ("spot", "stop", False), ("menu", "stop", False), ("sto", "stopp", False)],
)  # fmt: skip
def test_one_slip(one, other, near):
    assert words.one_slip(fold(one), fold(other)) is words.one_slip(other, one) is near


def test_a_statement_without_wording_is_found(desk):
    made = with_terms(desk, "es", says={})
    assert any("es/_terms.toml: [says] has no wording for" in str(fault) for fault in statements.worded(made))


def test_a_word_with_two_meanings_in_a_file_is_found(desk, tmp_path):
    folder = tmp_path / "es"
    folder.mkdir()
    (folder / "_lexicon.toml").write_text('[service]\nmenu = ["TEMAS"]\nmore = ["temas"]\n', encoding="utf-8")
    found = [str(fault) for fault in words.one_meaning(replace(desk, folder=tmp_path))]
    assert found == ["lexicon es: 'temas' is both menu and more; keep one"]
