"""PAUSE, STOP REMINDERS and FORGET ME inside sentences; STOP is never read as one of them, nor they as STOP."""

import pytest

from bot.domain.messages import Intent

PAUSES = {
    "en": ("can you pause the messages for two weeks, im going in hospital", 14),
    "es": ("no me escriban por dos semanas, me van a operar", 14),
    "de": ("bitte schreibt mir zwei wochen nicht, ich bin im krankenhaus", 14),
    "fr": ("ne m'envoyez plus de messages pendant 3 semaines svp", 21),
    "it": ("non scrivetemi per dieci giorni, sono ricoverata", 10),
    "pt": ("não me mandem nada por duas semanas, vou operar", 14),
    "pl": ("proszę nie piszcie do mnie przez dwa tygodnie", 14),
    "ru": ("пожалуйста не пишите мне две недели, я в больнице", 14),
    "ar": ("لو سمحتم أوقفوا الرسائل لمدة أسبوعين", 14),
    "fa": ("لطفا دو هفته پیام ندین، بیمارستانم", 14),
    "vi": ("đừng nhắn tin cho tôi trong 2 tuần nha", 14),
    "tl": ("wag muna kayo magtext ng dalawang linggo po", 14),
    "ht": ("tanpri pa voye m mesaj pandan de semèn", 14),
    "zh-Hans": ("我要住院了，一周内不要发短信给我", 7),
    "zh-Hant": ("我要住院，兩週內不要傳訊息給我", 14),
    "ja": ("入院するので３日間送らないでください", 3),
    "ko": ("입원해서 2주 동안 문자 보내지 마세요", 14),
}
UNCLEAR = {
    "en": "hold off texting me until my surgery is over",
    "es": "no me manden mensajes hasta que salga del hospital",
    "de": "pausiert die nachrichten mal ein paar tage",
    "fr": "mettez les messages en pause quelques jours",
    "it": "sospendete i messaggi per qualche giorno grazie",
    "pt": "podem pausar as mensagens uns dias por favor",
    "pl": "wstrzymajcie wiadomości na kilka dni proszę",
    "ru": "пока не пишите мне, я в больнице",
    "ar": "ممكن توقفوا الرسائل مؤقتا، وقفوا الرسائل مؤقتا من فضلكم",
    "fa": "چند روز پیام ندین لطفا مریضم",
    "vi": "tạm thời đừng nhắn tin nha tôi mệt",
    "tl": "pahinga muna po ako sa pagtanggap, i pause muna ang mga text",
    "ht": "fè yon poz ak mesaj yo tanpri, m malad",
    "zh-Hans": "最近太累了，先别发了吧，过几天再说",
    "zh-Hant": "這幾天不要傳訊息給我好嗎",
    "ja": "しばらくメッセージを止めてください",
    "ko": "당분간 문자 보내지 마세요 부탁드려요",
}
FORGETS = {
    "en": "please delete my data today",
    "es": "por favor borren mis datos",
    "de": "löscht bitte alles was ihr von mir habt",
    "fr": "svp supprimez toutes mes données de votre système",
    "it": "vorrei che cancellaste tutto, cancellate i miei dati oggi",
    "pt": "por favor apaguem todos os meus dados hoje",
    "pl": "proszę usuńcie wszystkie moje dane z systemu",
    "ru": "пожалуйста удалите все мои данные сегодня",
    "ar": "من فضلكم احذفوا كل بياناتي اليوم",
    "fa": "لطفا همین امروز اطلاعاتمو پاک کنین",
    "vi": "làm ơn xóa hết thông tin của tôi hôm nay",
    "tl": "pakibura na po ang data ko ngayon",
    "ht": "tanpri efase tout enfòmasyon m jodi a",
    "zh-Hans": "麻烦你们今天把我的资料都删了吧",
    "zh-Hant": "麻煩今天刪除我所有的資料",
    "ja": "お願いです、今日中に私のデータを消してください",
    "ko": "오늘 제 정보 다 지워 주시면 좋겠어요",
}
NO_REMINDERS = {
    "en": "I don't want the reminders any more but keep answering me",
    "es": "ya no quiero más recordatorios pero sigan contestándome",
    "de": "ich will keine erinnerungen mehr aber antwortet mir weiter",
    "fr": "je ne veux plus de rappels mais répondez-moi toujours",
    "it": "non voglio più promemoria ma rispondetemi sempre",
    "pt": "não quero mais lembretes mas podem responder",
    "pl": "nie chcę już przypomnień ale odpowiadajcie mi dalej",
    "ru": "больше не напоминайте мне ни о чём, но отвечайте",
    "ar": "لا أريد التذكيرات بعد الآن لكن جاوبوني",
    "fa": "دیگه یادآوری نمیخوام ولی جوابمو بدین",
    "vi": "tắt hết lời nhắc giùm nhưng vẫn trả lời tôi",
    "tl": "ayoko na ng mga reminder pero sagutin nyo pa rin ako",
    "ht": "m pa vle rapèl ankò men kontinye reponn mwen",
    "zh-Hans": "把所有提醒都取消吧，但我问还请回答",
    "zh-Hant": "取消所有提醒吧，但我問還是要回答",
    "ja": "リマインドはもういりませんが返事は続けてください",
    "ko": "리마인더는 그만 보내 주시고 대답은 계속해 주세요",
}
FOR_GOOD = {
    "en": "stop texting me for good",
    "es": "pausen los mensajes para siempre",
    "de": "schreibt mir nie wieder",
    "fr": "arrêtez les messages pour toujours",
    "it": "non mi scrivete più, mai più",
    "pt": "parem de mandar mensagens para sempre",
    "pl": "przestańcie pisać na zawsze",
    "ru": "прекратите рассылку навсегда",
    "ar": "أوقفوا الرسائل نهائيا",
    "fa": "دیگه پیام ندین برای همیشه",
    "vi": "ngừng nhắn tin vĩnh viễn",
    "tl": "wag na kayo magtext habang buhay",
    "ht": "sispann voye mesaj pou tout tan",
    "zh-Hans": "永远别再发了",
    "zh-Hant": "永遠不要再傳訊息",
    "ja": "二度と送らないで",
    "ko": "다시는 보내지 마세요",
}
DENIED = {
    "en": "don't delete my data",
    "es": "no borren mis datos por favor",
    "de": "bitte löschen sie meine daten nicht",
    "fr": "n'effacez pas mes données",
    "it": "non cancellate i miei dati",
    "pt": "não apaguem meus dados",
    "pl": "nie kasujcie moich danych",
    "ru": "не удаляйте мои данные",
    "ar": "لا تحذفوا بياناتي",
    "fa": "اطلاعاتمو پاک نکنین",
    "vi": "đừng xóa dữ liệu của tôi",
    "tl": "wag nyo po burahin ang data ko",
    "ht": "pa efase enfòmasyon m",
    "zh-Hans": "请不要删除我的资料",
    "zh-Hant": "請不要刪除我的資料",
    "ja": "私のデータを消さないでください",
    "ko": "제 정보 지우지 마세요",
}
LESS = {Intent.SNOOZE, Intent.NO_REMINDERS, Intent.FORGET}


def test_every_language_has_its_cases(words):
    for table in (PAUSES, UNCLEAR, FORGETS, NO_REMINDERS, FOR_GOOD, DENIED):
        assert set(table) == set(words.by_tag)


@pytest.mark.parametrize(("tag", "text", "days"), [(tag, *case) for tag, case in PAUSES.items()])
def test_a_pause_in_a_sentence_has_its_length(lead, tag, text, days):
    found = lead(text, tag)
    assert (found.intent, found.choice) == (Intent.SNOOZE, f"pause:{days}")


@pytest.mark.parametrize(("tag", "text"), UNCLEAR.items())
def test_a_pause_of_no_clear_length_is_asked_about(lead, tag, text):
    found = lead(text, tag)
    assert (found.intent, found.choice) == (Intent.SNOOZE, None)


@pytest.mark.parametrize(("tag", "text"), FORGETS.items())
def test_to_be_forgotten_is_no_opt_out_alone(lead, tag, text):
    found = lead(text, tag)
    assert (found.intent, found.choice) == (Intent.FORGET, None)


@pytest.mark.parametrize(("tag", "text"), NO_REMINDERS.items())
def test_no_more_reminders_leaves_the_line(lead, tag, text):
    found = lead(text, tag)
    assert (found.intent, found.also) == (Intent.NO_REMINDERS, None)


@pytest.mark.parametrize(("tag", "text"), FOR_GOOD.items())
def test_no_texts_for_good_is_stop_and_no_pause(lead, tag, text):
    assert lead(text, tag).intent is Intent.STOP


@pytest.mark.parametrize(("tag", "text"), DENIED.items())
def test_a_denied_wish_is_none(lead, tag, text):
    found = lead(text, tag)
    assert found.intent not in {*LESS, Intent.STOP} and found.also is None


@pytest.mark.parametrize(
    "text",
    [
        "pause chemo", "can I pause treatment", "I keep forgetting my pills", "forget it", "don't forget me",
        "I forget things since chemo", "pausar la quimio dos semanas", "chemo pausieren",
        "приостановить химию на неделю", "暂停化疗两周", "抗がん剤を一時休みたい", "항암을 잠시 쉬고 싶어요",
        "إيقاف الكيماوي مؤقتا", "دایم قرصامو یادم میره", "olvídalo", "vergiss es", "забудь",
    ],
)  # fmt: skip
def test_these_pause_and_erase_nothing(lead, text):
    found = lead(text)
    assert found.intent not in {*LESS, Intent.STOP}


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("stop sending me reminders", Intent.NO_REMINDERS),
        ("stop sending me reminders and messages", Intent.STOP),
        ("no more reminders or texts", Intent.STOP),
        ("pause the texts forever", Intent.STOP),
        ("no quiero mensajes ni recordatorios", Intent.STOP),
        ("ngừng nhắn tin ngay", Intent.STOP),
        ("ngung nhan tin cho toi", Intent.STOP),
        ("don't pause, stop texting me", Intent.STOP),
        ("don't delete my data but stop texting me", Intent.STOP),
        ("don't stop texting me, just pause the texts for 5 days", Intent.SNOOZE),
        ("pause the texts, you began two weeks ago", Intent.SNOOZE),
    ],
)
def test_the_wider_wish_wins_only_where_it_is_meant(lead, text, intent):
    assert lead(text).intent is intent


def test_stop_beside_a_pause_is_asked_about(lead):
    found = lead("stop the messages. i need a break from the texts for two weeks")
    assert (found.intent, found.choices) == (Intent.CLARIFY, (Intent.STOP, Intent.SNOOZE))


def test_to_be_forgotten_and_left_alone_is_both(lead):
    found = lead("delete my data and never text me again")
    assert (found.intent, found.also) == (Intent.FORGET, Intent.STOP)


@pytest.mark.parametrize("text", ["STOP. Delete everything you have about me", "停止。请删除我的资料"])
def test_stop_first_and_then_to_be_forgotten_is_both(lead, text):
    found = lead(text)
    assert (found.intent, found.also) == (Intent.FORGET, Intent.STOP)
