"""The phone page in a real browser, as a person uses it."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from bot.app import create_app
from tests.web.browser import WIDTHS, Phone, chromium, served, zone_where_it_is

# What the page does is the same on either database; the calls themselves run on both in test_phone_calls.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>"


@pytest.fixture(scope="module")
def browser():
    with chromium() as opened:
        yield opened


@pytest.fixture
def open_phone(browser, build):
    """Opens the page: on a screen, at an hour. Whatever the browser complained of fails the test."""
    opened = []
    with ExitStack() as stack:

        def _open(screen="desktop", hour=14, **look):
            address = stack.enter_context(served(create_app(build(DEFAULT_TIMEZONE=zone_where_it_is(hour)))))
            context = stack.enter_context(browser.new_context(viewport=WIDTHS[screen], **look))
            opened.append(Phone(context.new_page(), address))
            return opened[-1]

        yield _open
    assert [fault for phone in opened for fault in phone.faults] == []


@pytest.fixture
def phone(open_phone):
    return open_phone()


def test_a_question_is_asked_and_answered_with_the_keyboard_alone(phone):
    keys = phone.page.keyboard
    keys.press("Tab")
    expect(phone.page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    keys.press("Enter")
    keys.type("can chemo make my cancer worse?")
    keys.press("Enter")
    expect(phone.page.locator(".bubble.in .body")).to_have_text("can chemo make my cancer worse?")
    expect(phone.heard("Chemo is given to fight cancer")).to_be_visible()
    expect(phone.page.get_by_label("Your text")).to_be_focused()
    expect(phone.page.get_by_label("Your text")).to_have_value("")
    keys.press("ArrowUp")
    expect(phone.page.get_by_label("Your text")).to_have_value("can chemo make my cancer worse?")


def test_everything_that_can_be_done_is_reached_with_tab_and_named(phone):
    for role, name in [
        ("combobox", "Channel"), ("combobox", "Language"), ("log", "Conversation"),
        ("button", "fever 39"), ("textbox", "Your text"), ("button", "Send"),
        ("button", "Jump ahead 1 day"), ("button", "Jump ahead 1 week"), ("button", "Start over with a new phone"),
    ]:  # fmt: skip
        target = phone.page.get_by_role(role, name=name)
        for _ in range(20):
            if target.evaluate("node => node === document.activeElement"):
                break
            phone.page.keyboard.press("Tab")
        expect(target).to_be_focused()


def test_the_send_button_does_not_drop_the_focus(phone):
    phone.page.get_by_label("Your text").fill("chemo")
    phone.page.get_by_role("button", name="Send").click()
    expect(phone.heard("Chemo is strong medicine")).to_be_visible()
    expect(phone.page.get_by_label("Your text")).to_be_focused()


def test_an_example_is_tapped_and_answered_without_calling_up_the_keyboard(open_phone):
    phone = open_phone("small", has_touch=True)
    phone.page.get_by_role("button", name="fever 39").tap()
    expect(phone.heard("A fever of")).to_be_visible()
    expect(phone.page.get_by_label("Your text")).not_to_be_focused()


def test_every_example_is_in_sight_before_the_first_text(open_phone):
    phone = open_phone("small")
    chips = phone.page.locator(".chip")
    assert chips.count() == 6
    for chip in chips.all():
        expect(chip).to_be_in_viewport(ratio=1)


def test_an_answer_longer_than_the_screen_is_read_from_its_beginning(open_phone):
    phone = open_phone("small")
    phone.says("MENU")
    phone.says("can chemo make my cancer worse?")
    expect(phone.page.locator(".bubble.in .body").last).to_be_in_viewport(ratio=1)
    phone.says("side effects")
    expect(phone.page.locator(".bubble.in .body").last).to_be_in_viewport(ratio=1)


def test_a_number_of_the_menu_leads_to_its_topic(phone):
    phone.says("MENU")
    phone.says("8")
    expect(phone.heard("you may feel very tired")).to_be_visible()


def test_segments_and_cost_of_each_text_and_of_all_are_shown(phone):
    phone.says("MENU")
    phone.says("fever 39")
    safety = phone.heard("A fever of").locator(".meta").first
    expect(safety).to_contain_text(re.compile(r"GSM-7 \d+/306 · 2 segments · about \$0\.0166"))
    sizes = phone.page.locator(".bubble.out .meta", has_text="segment").all_inner_texts()
    segments = sum(int(re.search(r"(\d+) segment", size).group(1)) for size in sizes)
    expect(phone.page.locator("#count")).to_have_text(str(len(sizes)))
    expect(phone.page.locator("#segments")).to_have_text(str(segments))
    assert float(phone.page.locator("#cost").inner_text().lstrip("$")) == pytest.approx(segments * 0.0083)


def test_spanish_is_chosen_and_spoken_and_says_that_it_is_a_draft(phone):
    phone.page.get_by_label("Language").select_option("es")
    phone.says("¿qué es la inmunoterapia?")
    answer = phone.heard("La inmunoterapia ayuda")
    expect(answer.locator(".body")).to_have_attribute("lang", "es")
    expect(answer).to_contain_text("UCS-2")
    expect(answer).to_contain_text("machine draft, not reviewed")
    expect(phone.page.locator("#speaks")).to_have_text("Español")


def test_a_language_asked_for_by_text_outranks_the_one_chosen_above(phone):
    phone.page.get_by_label("Language").select_option("es")
    phone.says("menu")
    phone.says("ENGLISH")
    expect(phone.page.get_by_label("Language")).to_have_value("en")
    phone.says("side effects")
    expect(phone.page.locator(".bubble.out .body").last).to_have_attribute("lang", "en")


def test_whatsapp_is_a_conversation_of_its_own_paid_by_the_message(phone):
    phone.says("chemo")
    phone.page.get_by_label("Channel").select_option("whatsapp")
    expect(phone.page.locator(".bubble")).to_have_count(0)
    expect(phone.page.get_by_role("log")).to_contain_text("two conversations")
    phone.says("side effects")
    answer = phone.page.locator(".bubble.out").first
    expect(answer.locator("strong").first).to_have_text("Side effects of chemo")
    expect(answer).to_contain_text("1 message · about $0.005")
    phone.page.get_by_label("Channel").select_option("sms")
    expect(phone.heard("Chemo is strong medicine")).to_be_visible()


def test_a_reminder_arrives_when_a_day_is_jumped(phone):
    phone.says("immunotherapy")
    phone.says("REMIND")
    phone.says("1")
    expect(phone.page.locator("#planned")).to_contain_text("10:00 AM: Reminder")
    phone.jumps("1 day")
    arrived = phone.heard("sent by itself, as planned")
    expect(arrived).to_contain_text("you asked me to text you about")
    expect(arrived).to_contain_text("10:00 AM")
    expect(phone.page.locator("#planned")).to_contain_text("Nothing yet")
    phone.says("MORE")
    expect(phone.page.locator(".bubble.out").last).to_contain_text("mmun")


def test_a_jump_that_falls_short_says_when_the_next_text_comes(open_phone):
    phone = open_phone(hour=7)
    phone.says("REMIND")
    phone.says("1")
    phone.jumps("1 day")
    expect(phone.page.get_by_role("log")).to_contain_text("The next text is planned for")
    phone.jumps("1 day")
    expect(phone.heard("this is the text you asked me for")).to_be_visible()


def test_on_a_small_screen_what_a_jump_brought_comes_into_sight(open_phone):
    phone = open_phone("small")
    phone.says("REMIND")
    phone.says("1")
    phone.page.get_by_role("link", name="Time and plan").click()
    phone.jumps("1 week")
    expect(phone.heard("this is the text you asked me for")).to_be_in_viewport()


def test_time_and_talk_outlive_a_reload_and_end_with_a_new_phone(phone):
    phone.says("chemo")
    phone.jumps("1 week")
    there = phone.page.locator("#now").inner_text()
    phone.page.reload()
    expect(phone.heard("Chemo is strong medicine")).to_be_visible()
    expect(phone.page.locator("#now")).to_have_text(there)
    phone.page.get_by_role("button", name="Start over with a new phone").click()
    expect(phone.page.locator(".bubble")).to_have_count(0)
    expect(phone.page.locator("#now")).not_to_have_text(there)
    expect(phone.page.locator("#count")).to_have_text("0")


@pytest.mark.parametrize("text", ["I cant breathe", "fever 39", "i want to die"])
def test_an_emergency_is_marked_red_in_words_and_colour(phone, text):
    phone.says("chemo")
    phone.says(text)
    red = phone.page.locator(".bubble.red")
    expect(red).to_have_count(1)
    expect(red).to_contain_text("Safety text")
    expect(red.locator(".body")).to_have_css("border-top-color", "rgb(156, 28, 28)")


def test_why_a_text_was_understood_so_is_told_when_asked(phone):
    phone.says("fever 39")
    why = phone.page.locator(".bubble.in details")
    expect(why.locator("p").first).to_be_hidden()
    why.locator("summary").press("Enter")
    expect(why).to_contain_text("Meaning: fever")
    expect(why).to_contain_text("Because:")


@pytest.mark.parametrize("channel", ["sms", "whatsapp"])
def test_markup_in_a_text_stays_text(phone, channel):
    phone.page.get_by_label("Channel").select_option(channel)
    phone.says(EVIL)
    phone.says(f"*{EVIL}*")
    expect(phone.page.locator(".bubble.in .body").first).to_have_text(EVIL)
    expect(phone.page.locator(".bubble.in .body").last).to_contain_text(EVIL)
    expect(phone.page.locator("#log img, #log script, #log b")).to_have_count(0)


def test_a_text_of_right_to_left_letters_runs_from_right_to_left(phone):
    phone.says("how does chemo work?")
    expect(phone.page.locator(".bubble.out .body").first).to_have_css("direction", "ltr")
    phone.says("العربية")
    phone.says("ما هو العلاج الكيميائي؟")
    expect(phone.page.locator(".bubble.in .body").last).to_have_css("direction", "rtl")
    expect(phone.page.locator(".bubble.out .body").last).to_have_css("direction", "rtl")


@pytest.mark.parametrize("screen", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_reaches_over_the_edge_of_the_screen(open_phone, screen, scheme):
    phone = open_phone(screen, color_scheme=scheme)
    for text in ("MENU", "W" * 400, "https://example.org/" + "long/" * 60, "fever 39", "漢字" * 90, "REMIND", "1"):
        phone.says(text)
    for details in phone.page.locator(".bubble summary").all():
        details.click()
    phone.jumps("1 week")
    wide = "[document.documentElement, document.getElementById('log')].map(box => box.scrollWidth - box.clientWidth)"
    assert phone.page.evaluate(wide) == [0, 0]


def test_what_can_be_tapped_is_large_enough_for_a_finger(open_phone):
    phone = open_phone("small")
    sizes = [target.bounding_box() for target in phone.page.locator("button, select, textarea, .below").all()]
    assert min(size["height"] for size in sizes) >= 44


def test_a_line_out_of_reach_is_told_and_the_text_is_sent_again_on_request(phone):
    phone.says("chemo")
    phone.page.context.set_offline(True)
    box = phone.page.get_by_label("Your text")
    box.fill("side effects")
    box.press("Enter")
    expect(phone.page.get_by_role("log")).to_contain_text("The line cannot be reached")
    expect(box).to_have_value("side effects")
    assert all("ERR_INTERNET_DISCONNECTED" in fault for fault in phone.faults)
    phone.faults.clear()
    phone.page.context.set_offline(False)
    phone.page.get_by_role("button", name="Try again").click()
    expect(phone.page.locator(".bubble.in .body").last).to_have_text("side effects")
    expect(box).to_have_value("")


def test_a_page_whose_session_is_gone_says_to_reload(phone):
    phone.page.context.clear_cookies()
    box = phone.page.get_by_label("Your text")
    box.fill("chemo")
    box.press("Enter")
    expect(phone.page.get_by_role("log")).to_contain_text("This page is too old. Please reload it.")
    assert len(phone.faults) == 1 and "403" in phone.faults.pop()
    phone.page.reload()
    phone.says("chemo")
    expect(phone.heard("Chemo is strong medicine")).to_be_visible()


@pytest.mark.parametrize("kept", ["{", "null", '{"language": "xx", "channel": "fax"}'])
def test_whatever_an_older_page_kept_the_phone_works(phone, kept):
    phone.page.evaluate("kept => localStorage.setItem('phone', kept)", kept)
    phone.page.reload()
    phone.says("chemo")
    expect(phone.heard("Chemo is strong medicine")).to_be_visible()
