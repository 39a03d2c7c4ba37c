"""The platform's rules about tokens, retries, quota and faults, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from bot.simulator.config import SimulatorConfig
from bot.simulator.running import SimulatorServer, free_port
from tests.harness import local_http
from tests.unit.bot.simulator.conftest import TOKEN, Line

KEY = "123e4567-e89b-12d3-a456-426614174000"
STRANGER = "U" + "0" * 32


# The gateway ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("authorization", [None, "Bearer wrong", TOKEN, f"bearer {TOKEN}"])
def test_a_call_without_the_token_is_401(line: Line, authorization: str | None) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = line.send("GET", "/v2/bot/info", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["message"].startswith("Authentication failed due to the following reason:")


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 400, "(line: 1, column: 2)"),
        ({"content": b'{"a":\n ]}', "headers": {"Content-Type": "application/json"}}, 400, "(line: 2, column: 2)"),
        ({"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, 400, "could not be parsed as JSON"),
        (
            {"content": b"{}", "headers": {"Content-Type": "text/plain"}},
            415,
            "The content type, text/plain, is not supported",
        ),
        ({"content": b" " * (2 * 1024 * 1024 + 1), "headers": {"Content-Type": "application/json"}}, 413, ""),
    ],
)
def test_bodies_that_cannot_be_read(line: Line, options: dict[str, Any], status: int, words: str) -> None:
    answer = line.api("POST", "/v2/bot/message/push", **options)
    assert answer.status_code == status
    assert words in answer.json()["message"]


def test_every_response_names_its_request(line: Line) -> None:
    answers = [line.api("GET", "/v2/bot/info"), line.send("GET", "/v2/bot/info"), line.api("GET", "/v2/nothing")]
    identifiers = {str(uuid.UUID(one.headers["x-line-request-id"])) for one in answers}
    assert len(identifiers) == 3
    assert [one["requestId"] for one in line.sim("GET", "/calls")["calls"]] == [
        one.headers["x-line-request-id"] for one in answers
    ]


def test_errors_are_counted_and_listed(line: Line) -> None:
    answer = line.push(line.user(), "", "好" * 5001)
    assert answer.status_code == 400
    assert answer.json() == {
        "message": "The request body has 2 error(s)",
        "details": [
            {"message": "May not be empty", "property": "messages[0].text"},
            {"message": "Length must be between 0 and 5000", "property": "messages[1].text"},
        ],
    }


def test_validation_sends_nothing(line: Line) -> None:
    user = line.user()
    good = {"messages": [{"type": "text", "text": "好"}]}
    for kind in ("reply", "push", "multicast", "broadcast"):
        assert line.api("POST", f"/v2/bot/message/validate/{kind}", good).json() == {}
    assert line.api("POST", "/v2/bot/message/validate/push", {"messages": []}).status_code == 400
    assert line.shown(user) == []


# Reply tokens -------------------------------------------------------------------------------------


def test_a_reply_token_works_once(line: Line) -> None:
    """L10: the second use is refused like an expired one."""
    user = line.user()
    token = line.say(user)["replyToken"]
    first = line.reply(token)
    assert first.status_code == 200
    assert [set(one) for one in first.json()["sentMessages"]] == [{"id", "quoteToken"}]
    assert line.reply(token).json() == {"message": "Invalid reply token"}
    assert line.shown(user) == ["您好"]
    assert line.sim("GET", "/ledger")["replyTokens"][0] | {"token": ""} == {
        "token": "",
        "chatId": user,
        "accepted": 1,
        "refused": 1,
    }


@pytest.mark.parametrize(("seconds", "status"), [(58, 200), (61, 400)])
def test_a_reply_token_lives_a_minute(line: Line, seconds: int, status: int) -> None:
    """L9."""
    token = line.say(line.user())["replyToken"]
    line.sim("POST", "/clock", {"advance": seconds})
    assert line.reply(token).status_code == status


def test_unknown_token_and_retry_key_on_reply_are_refused(line: Line) -> None:
    """L12: reply takes no retry key, and refusing does not spend the token."""
    token = line.say(line.user())["replyToken"]
    assert line.reply("nonsense").json() == {"message": "Invalid reply token"}
    body = {"replyToken": token, "messages": [{"type": "text", "text": "好"}]}
    answer = line.api("POST", "/v2/bot/message/reply", body, headers={"X-Line-Retry-Key": KEY})
    assert answer.status_code == 400
    assert line.reply(token).status_code == 200


def test_a_refused_body_leaves_the_token_usable(line: Line) -> None:
    token = line.say(line.user())["replyToken"]
    assert line.reply(token, "").status_code == 400
    assert line.reply(token).status_code == 200


def test_replies_cost_nothing(line: Line) -> None:
    line.sim("POST", "/quota", {"limit": 1, "used": 1})
    assert line.reply(line.say(line.user())["replyToken"]).status_code == 200


# Push, retry key, quota ---------------------------------------------------------------------------


def test_a_retry_key_is_accepted_once_a_day(line: Line) -> None:
    """L12: 409 with the accepted request and its messages; a new request after 24 hours."""
    user = line.user()
    first = line.push(user, key=KEY)
    again = line.push(user, key=KEY.upper())
    assert (first.status_code, again.status_code) == (200, 409)
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert again.json() == {
        "message": "The retry key is already accepted",
        "sentMessages": first.json()["sentMessages"],
    }
    assert line.shown(user) == ["您好"]
    assert line.sim("GET", "/ledger")["retryKeys"][0]["accepted"] == 1
    line.sim("POST", "/clock", {"advance": 86_401})
    assert line.push(user, key=KEY).status_code == 200
    assert line.sim("GET", "/ledger")["retryKeys"][0]["accepted"] == 2


def test_a_failed_attempt_does_not_spend_the_retry_key(line: Line) -> None:
    user = line.user()
    assert line.push(user, "", key=KEY).status_code == 400
    line.sim("POST", "/faults", {"endpoint": "push", "kind": "error_before", "count": 1})
    assert line.push(user, key=KEY).status_code == 500
    assert line.push(user, key=KEY).status_code == 200
    assert line.push(user, key="not a uuid").status_code == 400


@pytest.mark.parametrize(("method", "path"), [("GET", "/v2/bot/info"), ("POST", "/v2/bot/chat/loading/start")])
def test_a_retry_key_elsewhere_is_refused(line: Line, method: str, path: str) -> None:
    assert line.api(method, path, headers={"X-Line-Retry-Key": KEY}).status_code == 400


def test_what_was_accepted_stays_accepted_when_the_response_is_an_error(line: Line) -> None:
    """L11: the fault worth most: accepted, then 500."""
    user = line.user()
    line.sim("POST", "/faults", {"endpoint": "push", "kind": "500_after", "count": 1})
    assert [line.push(user, key=KEY).status_code for _ in range(2)] == [500, 409]
    assert line.shown(user) == ["您好"]


@pytest.mark.parametrize("to", [STRANGER, "C" + "1" * 32])
def test_a_push_to_somebody_unknown_fails(line: Line, to: str) -> None:
    assert line.push(to).json() == {"message": "Failed to send messages"}


@pytest.mark.parametrize("to", ["me", "", None, "U123"])
def test_a_push_to_no_identifier_names_the_property(line: Line, to: str | None) -> None:
    answer = line.api("POST", "/v2/bot/message/push", {"to": to, "messages": [{"type": "text", "text": "好"}]})
    assert answer.json() == {"message": "The property, to, in the request body is invalid (line: -, column: -)"}


def test_a_push_to_who_blocked_is_accepted_but_not_shown_or_counted(line: Line) -> None:
    """L14: 200 is no proof of delivery."""
    user = line.user()
    line.sim("POST", f"/users/{user}/block", {})
    assert line.push(user).status_code == 200
    assert line.shown(user) == []
    assert line.api("GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 0}
    line.sim("POST", f"/users/{user}/unblock", {})
    line.push(user)
    assert line.shown(user) == ["您好"]


def test_a_stranger_who_wrote_gets_pushes_for_a_week(line: Line) -> None:
    user = line.user(friend=False)
    line.push(user, "一")
    line.say(user)
    line.push(user, "二")
    line.sim("POST", "/clock", {"advance": 7 * 86_400 + 1})
    line.push(user, "三")
    assert line.shown(user) == ["二"]


def test_quota_counts_people_and_not_message_objects(line: Line) -> None:
    """L13: over the monthly limit is 429 with its own words, and nothing is sent."""
    user = line.user()
    assert line.api("GET", "/v2/bot/message/quota").json() == {"type": "none"}
    line.sim("POST", "/quota", {"limit": 2})
    assert line.api("GET", "/v2/bot/message/quota").json() == {"type": "limited", "value": 2}
    assert line.push(user, "一", "二", "三").status_code == 200
    assert line.api("GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 1}
    line.push(user)
    over = line.push(user)
    assert (over.status_code, over.json()) == (429, {"message": "You have reached your monthly limit."})
    line.sim("POST", "/clock", {"advance": 32 * 86_400})
    assert line.push(user).status_code == 200


def test_a_group_costs_one_message_for_each_member(line: Line) -> None:
    people = [line.user(str(number)) for number in range(5)]
    group = line.sim("POST", "/groups", {"members": people})["groupId"]
    assert line.push(group, "一", "二", "三", "四").status_code == 200
    assert line.api("GET", "/v2/bot/message/quota/consumption").json() == {"totalUsage": 5}
    assert line.api("GET", f"/v2/bot/group/{group}/members/count").json() == {"count": 5}
    line.api("POST", f"/v2/bot/group/{group}/leave")
    assert line.push(group).json() == {"message": "Failed to send messages"}


def test_multicast_goes_to_users_only(line: Line) -> None:
    first, second = line.user(), line.user()
    body: dict[str, Any] = {"to": [first, second], "messages": [{"type": "text", "text": "停水通知"}]}
    assert line.api("POST", "/v2/bot/message/multicast", body).json() == {}
    assert (line.shown(first), line.shown(second)) == (["停水通知"], ["停水通知"])
    body["to"] = [first, STRANGER]
    answer = line.api("POST", "/v2/bot/message/multicast", body)
    assert answer.json()["message"].startswith("The property, to[1], in the request body is invalid")
    body["to"] = [first] * 501
    assert line.api("POST", "/v2/bot/message/multicast", body).status_code == 400


@pytest.mark.parametrize(
    ("day", "status", "answer"),
    [
        ("", 400, None),
        ("2026-11-22", 400, None),
        ("20261332", 400, None),
        ("20200101", 200, {"status": "ready", "success": 0}),
    ],
)
def test_delivery_counts_want_a_day(line: Line, day: str, status: int, answer: dict[str, Any] | None) -> None:
    found = line.api("GET", "/v2/bot/message/delivery/push", params={"date": day})
    assert found.status_code == status
    assert found.json() == (answer or {"message": "The value for the 'date' parameter is invalid"})


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("429_rate", 429, "The API rate limit has been exceeded. Try again later."),
        ("429_quota", 429, "You have reached your monthly limit."),
        ("401", 401, "Authentication failed"),
        ("500", 500, "Internal Server Error"),
        ("garbage", 502, "<html>"),
    ],
)
def test_faults_before_anything_is_done(line: Line, kind: str, status: int, words: str) -> None:
    user = line.user()
    line.sim("POST", "/faults", {"endpoint": "push", "kind": kind, "count": 1})
    answer = line.push(user)
    assert (answer.status_code, words in answer.text) == (status, True)
    assert line.shown(user) == []
    assert line.push(user).status_code == 200


def test_rate_limits_can_be_switched_on(line: Line) -> None:
    user = line.user()
    line.sim("POST", "/rate-limits", {"limits": [{"endpoint": "push", "calls": 2, "seconds": 3600}]})
    assert [line.push(user).status_code for _ in range(3)] == [200, 200, 429]


def test_connections_are_cut_before_or_after_acceptance() -> None:
    config = SimulatorConfig(
        channel_secret="s", access_token=TOKEN, webhook_url="http://127.0.0.1:9/", public_url="", redelivery=False
    )
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with (
        SimulatorServer(config, port=free_port()) as server,
        local_http.client(base_url=server.url) as client,
    ):
        user = client.post("/sim/users", json={"displayName": "林", "friend": True}).json()["userId"]
        for kind in ("reset", "reset_after", "timeout_before", "timeout_after"):
            client.post("/sim/faults", json={"endpoint": "push", "kind": kind, "count": 1})
            body = {"to": user, "messages": [{"type": "text", "text": kind}]}
            with pytest.raises(httpx.TransportError):
                client.post("/v2/bot/message/push", json=body, headers=headers, timeout=0.3)
        bubbles = client.get(f"/sim/users/{user}/transcript").json()["bubbles"]
        calls = client.get("/sim/calls").json()["calls"]
    assert [one["message"]["text"] for one in bubbles] == ["reset_after", "timeout_after"]
    assert {one["status"] for one in calls} <= {None}
