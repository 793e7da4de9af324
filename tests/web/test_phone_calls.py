"""The phone page's calls without a browser: what they answer, and what they refuse and why."""

import re

import pytest

from bot.app import create_app

ME = {"phone": "00000000000000aa", "channel": "sms", "ahead": 0}
DAY, LAST = 86400, 400 * 86400


class Caller:
    """Our own page's calls."""

    def __init__(self, app):
        self.client = app.test_client()
        self.token = re.search(r'data-token="([^"]+)"', self.client.get("/phone").text).group(1)

    def post(self, path, token=None, **fields):
        headers = {"X-Phone-Token": self.token if token is None else token}
        return self.client.post(path, json={**ME, **fields}, headers=headers)

    def says(self, body, **fields):
        return self.post("/phone/texts", body=body, **fields).get_json()

    def jumps(self, by, **fields):
        return self.post("/phone/ahead", by=by, **fields)

    def screen(self, **fields):
        return self.client.get("/phone/texts", query_string={**ME, **fields})


@pytest.fixture
def app(build):
    return create_app(build())


@pytest.fixture
def caller(app):
    return Caller(app)


def test_a_text_and_its_answer_come_back_with_size_cost_and_reason(caller):
    text, answer, _ = caller.says("can chemo make my cancer worse?")["bubbles"]
    assert (text["direction"], text["topic"]) == ("in", "worse") and text["because"]
    assert answer["body"].startswith("Chemo is given")
    assert (answer["encoding"], answer["segments"], answer["room"], answer["cost"]) == ("GSM-7", 2, 306, "$0.0166")
    assert answer["source"].startswith("P") and not answer["unasked"]


@pytest.mark.parametrize(
    ("body", "encoding", "units", "room", "segments"),
    [
        ("a" * 160, "GSM-7", 160, 160, 1),
        ("a" * 161, "GSM-7", 161, 306, 2),
        ("á" * 70, "UCS-2", 70, 70, 1),
        ("á" * 71, "UCS-2", 71, 134, 2),
        ("", "GSM-7", 0, 160, 0),
    ],
)
def test_the_room_of_a_text_is_that_of_its_segments(caller, body, encoding, units, room, segments):
    text = caller.says(body)["bubbles"][0]
    assert (text["encoding"], text["units"], text["room"], text["segments"]) == (encoding, units, room, segments)


def test_the_screen_shows_everything_and_a_call_only_what_is_new(caller):
    caller.says("chemo")
    new = caller.says("MENU")["bubbles"]
    assert new[0]["body"] == "MENU"
    assert len(caller.screen().get_json()["bubbles"]) == 3 + len(new)


def test_each_phone_and_each_channel_is_a_talk_of_its_own(caller):
    caller.says("chemo")
    assert caller.screen(channel="whatsapp").get_json()["bubbles"] == []
    assert caller.screen(phone="00000000000000bb").get_json()["bubbles"] == []


def test_a_red_flag_and_its_answer_are_marked(caller):
    assert {bubble["safety"] for bubble in caller.says("fever 39")["bubbles"]} == {"red"}


def test_a_chosen_language_is_spoken_from_the_first_text(caller):
    said = caller.says("menu", language="es")
    assert said["language"] == "es"
    assert {bubble["draft"] for bubble in said["bubbles"] if bubble["direction"] == "out"} == {True}


def test_a_week_brings_the_reminder_once_at_its_own_moment(caller):
    caller.says("REMIND")
    assert len(caller.says("1")["planned"]) == 1
    arrived = caller.jumps(7 * DAY).get_json()
    (bubble,) = arrived["bubbles"]
    assert (bubble["unasked"], bubble["local"], arrived["planned"], arrived["ahead"]) == (True, "10:00 AM", [], 7 * DAY)
    assert caller.jumps(7 * DAY, ahead=7 * DAY).get_json()["bubbles"] == []


def test_stop_is_shown_as_consent_and_cancels_the_plan(caller):
    caller.says("REMIND")
    caller.says("1")
    stopped = caller.says("STOP")
    assert (stopped["consent"], stopped["planned"]) == ("stopped", [])


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", ""),
        ("phone", "00000000000000AA"),
        ("phone", "+15550100123"),
        ("phone", "0" * 17),
        ("phone", ["0" * 16]),
        ("phone", None),
        ("channel", "fax"),
        ("channel", []),
        ("channel", None),
        ("ahead", LAST + 1),
        ("ahead", -1),
        ("ahead", "soon"),
        ("ahead", None),
        ("ahead", float("inf")),
        ("body", None),
        ("body", 5),
        ("language", "xx"),
        ("language", ["es"]),
    ],
)
def test_a_wrong_field_of_a_text_is_refused_by_name(caller, field, value):
    answer = caller.post("/phone/texts", **{"body": "chemo", field: value})
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(f"{field}: ")
    assert caller.screen().get_json()["bubbles"] == []


@pytest.mark.parametrize("by", [0, 1, -DAY, 2 * DAY, 30 * DAY, "a week", None])
def test_only_a_day_or_a_week_can_be_jumped(caller, by):
    answer = caller.jumps(by)
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith("by: ")


def test_no_jump_leads_to_where_the_phone_would_be_refused(caller):
    assert caller.jumps(DAY, ahead=LAST - DAY).get_json()["ahead"] == LAST
    assert caller.screen(ahead=LAST).status_code == 200
    refused = caller.jumps(DAY, ahead=LAST)
    assert refused.status_code == 400
    assert "start over" in refused.get_json()["error"]


@pytest.mark.parametrize(("field", "value"), [("phone", "x"), ("channel", "fax"), ("ahead", "1e9")])
def test_looking_at_a_screen_is_refused_by_name_as_well(caller, field, value):
    answer = caller.screen(**{field: value})
    assert answer.status_code == 400
    assert answer.get_json()["error"].startswith(f"{field}: ")


@pytest.mark.parametrize("body", [b"", b"chemo", b"[]", b"null", b'"x"', b"[" * 30000, b"\xff"])
def test_a_body_that_is_no_object_is_refused(caller, body):
    headers = {"X-Phone-Token": caller.token, "Content-Type": "application/json"}
    answer = caller.client.post("/phone/texts", data=body, headers=headers)
    assert answer.status_code == 400
    assert "JSON object" in answer.get_json()["error"]


@pytest.mark.parametrize("path", ["/phone/texts", "/phone/ahead"])
@pytest.mark.parametrize("token", ["", "-", "wrong", "é", "0" * 32])
def test_a_missing_or_wrong_token_is_refused_and_nothing_is_said(caller, path, token):
    answer = caller.post(path, token=token, body="chemo", by=DAY)
    assert answer.status_code == 403
    assert "reload" in answer.get_json()["error"]
    assert caller.screen().get_json()["bubbles"] == []


@pytest.mark.parametrize("token", ["", "-", None])
def test_without_a_session_no_token_is_right(app, caller, token):
    sent = caller.token if token is None else token
    stranger = app.test_client()
    answer = stranger.post("/phone/texts", json={**ME, "body": "chemo"}, headers={"X-Phone-Token": sent})
    assert answer.status_code == 403


@pytest.mark.parametrize("body", ["a\x00b", "\ud800", "🙂" * 4000, "{org} %s", "'; DROP TABLE messages;--"])
def test_odd_texts_are_answered(caller, body):
    assert caller.says(body)["bubbles"][-1]["direction"] == "out"


def test_the_page_allows_scripts_and_styles_of_its_own_only(caller):
    answer = caller.client.get("/phone")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src=)", answer.text)


PRODUCTION = {
    "ENVIRONMENT": "production",
    "PUBLIC_URL": "https://line.example.org",
    "CARE_PHONE": "+1 555 010 0199",
    "ORG_NAME": "Test Clinic",
    "CONTENT_REVIEW": "labelled",
}


@pytest.mark.parametrize("path", ["/phone", "/phone/texts", "/"])
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_in_production_there_is_no_such_page(build, path):
    assert create_app(build(**PRODUCTION)).test_client().get(path).status_code == 404
