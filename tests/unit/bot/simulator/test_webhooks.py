"""Webhooks: the exact bytes signed, two seconds, redelivery, duplicates, batches and order."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.simulator.dispatch import sign
from tests.unit.bot.simulator.conftest import SECRET, Line, Webhook


def events(webhook: Webhook) -> list[dict[str, Any]]:
    return [event for _, body in webhook.requests for event in json.loads(body)["events"]]


def test_the_signature_is_that_of_the_official_vector() -> None:
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert sign(SECRET, body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_the_exact_bytes_are_signed_under_a_header_of_varying_case(line: Line, webhook: Webhook) -> None:
    user = line.user()
    for number in range(8):
        line.say(user, f"停電了 {number}")
    spellings = set()
    for headers, body in webhook.requests:
        (name,) = (one for one in headers if one.lower() == "x-line-signature")
        spellings.add(name)
        assert headers[name] == sign(SECRET, body)
    assert len(spellings) > 1
    assert {b"\\u" in body for _, body in webhook.requests} == {True, False}


def test_an_event_carries_what_every_event_has(line: Line, webhook: Webhook) -> None:
    user = line.user()
    line.say(user, "你好")
    (event,) = events(webhook)
    assert event["source"] == {"type": "user", "userId": user}
    assert (event["mode"], event["deliveryContext"]) == ("active", {"isRedelivery": False})
    assert len(event["webhookEventId"]) == 26
    assert event["timestamp"] > 1_600_000_000_000
    assert event["message"]["id"].isdecimal()
    assert {"quoteToken", "markAsReadToken", "text", "type", "id"} == set(event["message"])


def test_a_failed_delivery_comes_again_with_the_same_identity(line: Line, webhook: Webhook) -> None:
    """L2: identical but for isRedelivery, and its reply token is alive again."""
    webhook.statuses = [500]
    said = line.say(line.user())
    assert [one["reason"] for one in said["deliveries"]] == ["error_status_code"]
    line.sim("POST", "/clock", {"advance": 62})
    line.sim("POST", "/webhook/idle")
    first, second = events(webhook)
    assert second.pop("deliveryContext") == {"isRedelivery": True}
    assert first.pop("deliveryContext") == {"isRedelivery": False}
    assert first == second
    assert line.reply(said["replyToken"]).status_code == 200


def test_a_redelivered_token_dies_twenty_minutes_after_its_event(line: Line, webhook: Webhook) -> None:
    line.sim("POST", "/webhook/settings", {"redeliveryDelays": [1300]})
    webhook.statuses = [503]
    said = line.say(line.user())
    line.sim("POST", "/clock", {"advance": 1301})
    line.sim("POST", "/webhook/idle")
    assert [one["deliveryContext"]["isRedelivery"] for one in events(webhook)] == [False, True]
    assert line.reply(said["replyToken"]).json() == {"message": "Invalid reply token"}


def test_redelivery_can_be_off(line: Line, webhook: Webhook) -> None:
    line.sim("POST", "/webhook/settings", {"redelivery": False})
    webhook.statuses = [500]
    line.say(line.user())
    line.sim("POST", "/clock", {"advance": 3600})
    line.sim("POST", "/webhook/idle")
    assert len(webhook.requests) == 1


def test_no_answer_in_time_is_a_timeout(line: Line, webhook: Webhook) -> None:
    webhook.delay = 0.8
    assert [one["reason"] for one in line.say(line.user())["deliveries"]] == ["request_timeout"]


def test_nobody_there_is_could_not_connect(line: Line) -> None:
    line.sim("POST", "/webhook/settings", {"url": "http://127.0.0.1:9/"})
    assert [one["reason"] for one in line.say(line.user())["deliveries"]] == ["could_not_connect"]


@pytest.mark.parametrize(
    ("action", "body", "kind", "has_token"),
    [
        ("follow", {}, "follow", True),
        ("block", {}, "unfollow", False),
        ("postback", {"data": "action=my_cases", "displayText": "我的案件"}, "postback", True),
        ("sticker", {}, "message", True),
        ("location", {"latitude": 22.7, "longitude": 120.3}, "message", True),
        ("text", {"text": "待命", "mode": "standby"}, "message", False),
    ],
)
def test_what_users_do_becomes_events(
    line: Line, webhook: Webhook, action: str, body: dict[str, Any], kind: str, *, has_token: bool
) -> None:
    """L26: no reply token in standby, none where LINE gives none."""
    line.sim("POST", f"/users/{line.user()}/{action}", {**body, "wait": True})
    (event,) = events(webhook)
    assert event["type"] == kind
    assert ("replyToken" in event) is has_token


def test_a_display_text_is_a_bubble_and_no_message(line: Line, webhook: Webhook) -> None:
    user = line.user()
    line.sim("POST", f"/users/{user}/postback", {"data": "a=b", "displayText": "我要立案", "wait": True})
    (event,) = events(webhook)
    assert event["postback"] == {"data": "a=b"}
    (bubble,) = line.sim("GET", f"/users/{user}/transcript")["bubbles"]
    assert (bubble["from"], bubble["message"]["text"]) == ("user", "我要立案")


def test_unsending_hides_the_message_and_tells_the_webhook(line: Line, webhook: Webhook) -> None:
    """L27."""
    user = line.user()
    said = line.say(user, "身分證字號")
    line.sim("POST", f"/users/{user}/unsend", {"messageId": said["messageId"], "wait": True})
    assert events(webhook)[1]["unsend"] == {"messageId": said["messageId"]}
    (bubble,) = line.sim("GET", f"/users/{user}/transcript")["bubbles"]
    assert (bubble["unsent"], bubble["message"]) == (True, None)
    assert line.send("POST", f"/sim/users/{user}/unsend", json={"messageId": said["messageId"]}).status_code == 409


def test_duplicates_come_without_redelivery(line: Line, webhook: Webhook) -> None:
    """L1: the same webhookEventId twice, both marked as a first delivery."""
    line.sim("POST", "/webhook/settings", {"duplicate": 1})
    line.say(line.user())
    line.sim("POST", "/webhook/idle")
    first, second = events(webhook)
    assert first == second


def test_held_events_are_released_in_one_batch_or_shuffled(line: Line, webhook: Webhook) -> None:
    """L3, L4: order is not promised, and one request carries several users."""
    people = [line.user(str(number)) for number in range(4)]
    line.sim("POST", "/webhook/settings", {"hold": True})
    for user in people:
        line.sim("POST", f"/users/{user}/text", {"text": "你好"})
    line.sim("POST", "/webhook/release", {"batch": True, "shuffle": True, "wait": True})
    assert len(webhook.requests) == 1
    assert sorted(one["source"]["userId"] for one in events(webhook)) == sorted(people)


@pytest.mark.parametrize("signature", ["valid", "wrong", "missing"])
def test_raw_webhooks_carry_any_event_and_any_signature(line: Line, webhook: Webhook, signature: str) -> None:
    """L5, L6."""
    body = {"events": [{"type": "lasso", "news": 1}], "signature": signature, "wait": True, "redeliver": False}
    told = line.sim("POST", "/webhook/raw", body)
    assert told["deliveries"][0]["status"] == 200
    headers, sent = webhook.requests[0]
    given = next((value for name, value in headers.items() if name.lower() == "x-line-signature"), None)
    assert (given == sign(SECRET, sent)) is (signature == "valid")
    assert (given is None) is (signature == "missing")
    assert events(webhook)[0]["news"] == 1


def test_the_sender_of_a_raw_event_can_be_answered(line: Line) -> None:
    user = "U" + "ab" * 16
    event = {
        "type": "message",
        "source": {"type": "user", "userId": user},
        "message": {"type": "text", "id": "1", "text": "好"},
    }
    told = line.sim("POST", "/webhook/raw", {"events": [event], "wait": True})
    assert line.reply(told["events"][0]["replyToken"]).status_code == 200
    assert line.push(user).status_code == 200


def test_a_suspended_webhook_gets_nothing(line: Line, webhook: Webhook) -> None:
    line.sim("POST", "/webhook/settings", {"suspended": True})
    line.say(line.user())
    assert webhook.requests == []


def test_the_endpoint_is_read_set_and_tested(line: Line, webhook: Webhook) -> None:
    """L8: the console's check carries no events."""
    path = "/v2/bot/channel/webhook/endpoint"
    assert line.api("GET", path).json() == {"endpoint": webhook.url, "active": True}
    assert line.api("PUT", path, {"endpoint": "http://firm.example/hook"}).status_code == 400
    assert line.api("PUT", path, {"endpoint": "https://firm.example/" + "x" * 500}).status_code == 400
    told = line.api("POST", "/v2/bot/channel/webhook/test").json()
    assert (told["success"], told["statusCode"], told["reason"], told["detail"]) == (True, 200, "OK", "OK")
    assert json.loads(webhook.requests[0][1])["events"] == []
    assert line.sim("GET", "/deliveries")["deliveries"] == []


def test_read_marks_follow_the_delivery(line: Line, webhook: Webhook) -> None:
    user = line.user()
    line.sim("POST", "/webhook/settings", {"redelivery": False})
    webhook.statuses = [500]
    line.say(user, "沒收到")
    line.say(user, "收到")
    assert [one["read"] for one in line.sim("GET", f"/users/{user}/transcript")["bubbles"]] == [False, True]
    token = events(webhook)[1]["message"]["markAsReadToken"]
    assert line.api("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": token}).json() == {}
    assert [one["read"] for one in line.sim("GET", f"/users/{user}/transcript")["bubbles"]] == [True, True]
    assert line.api("POST", "/v2/bot/chat/markAsRead", {"markAsReadToken": "x"}).status_code == 400
