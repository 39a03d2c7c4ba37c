"""The sender against a platform that fails in every way there is, over real HTTP on loopback."""

from __future__ import annotations

import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import structlog
from linebot.v3.messaging import Message

from bot.line import http_client
from bot.line.client import LineSender, NotReady
from bot.line.render import render
from bot.simulator.running import free_port
from routing.domain.errors import DeliveryError
from routing.domain.files import MOST_BYTES
from routing.domain.messages import Text
from routing.ports import Profile
from tests.unit.bot.line import samples

TOKEN = "a-secret-token"
USER = "U" + "0123456789abcdef" * 2
KEY = "3e3a2b6c-52cf-4a3f-9d5f-0c4b6f2a9f10"
HELLO = [Text("停電了，請協助")]


@dataclass
class Said:
    """What the platform is to answer, in turn."""

    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    declared: int | None = None
    """Content-Length, if it is to lie."""


@dataclass
class Platform:
    """LINE as these tests need it: answers what it is told, and keeps what it was asked."""

    url: str = ""
    answers: list[Said | None] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def says(self, status: int, body: object = None, *, declared: int | None = None, **headers: str) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body if body is not None else {}).encode()
        self.answers.append(Said(status, raw, {k.replace("_", "-"): v for k, v in headers.items()}, declared))

    def body(self) -> dict[str, object]:
        sent: dict[str, object] = json.loads(self.asked[-1][3])
        return sent


@pytest.fixture
def line() -> Iterator[Platform]:
    platform = Platform()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            platform.asked.append((self.command, self.path, headers, body))
            said = platform.answers.pop(0) if platform.answers else Said(200)
            if said is None:  # never answers
                platform.go_on.wait(5)
                self.close_connection = True
                return
            if said.status == 0:  # hangs up
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return
            self.send_response(said.status)
            for name, value in {"x-line-request-id": "request-1", **said.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body) if said.declared is None else said.declared))
            self.end_headers()
            self.wfile.write(said.body)
            self.close_connection = said.declared is not None

        do_GET = do_POST = do_DELETE = answer  # noqa: N815 - the names http.server calls

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    platform.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield platform
    platform.go_on.set()
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def sender(line: Platform) -> LineSender:
    return LineSender(line.url, line.url, TOKEN, timeout=(1.0, 0.3))


def reply(sender: LineSender) -> str | None:
    return sender.reply("reply-token", HELLO, language="zh-TW").request_id


def push(sender: LineSender) -> str | None:
    return sender.push(USER, HELLO, retry_key=KEY, language="zh-TW").request_id


def failure(call: Callable[[LineSender], object], sender: LineSender) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        call(sender)
    return caught.value


def flags(error: DeliveryError) -> dict[str, object]:
    given = {"permanent": error.permanent, "unknown": error.unknown, "quota": error.quota, "after": error.retry_after}
    return {name: value for name, value in given.items() if value}


@pytest.mark.parametrize("kind", samples.KINDS)
def test_what_is_sent_is_exactly_what_was_rendered(kind: str, line: Platform, sender: LineSender) -> None:
    messages = samples.KINDS[kind]("zh-TW")
    rendered = render(messages, "zh-TW")
    sender.reply("reply-token", messages, language="zh-TW")
    assert line.body() == {"replyToken": "reply-token", "messages": rendered, "notificationDisabled": False}
    sender.push(USER, messages, retry_key=KEY, language="zh-TW")
    assert line.body() == {"to": USER, "messages": rendered, "notificationDisabled": False}


@pytest.mark.parametrize("kind", samples.KINDS)
def test_the_sdk_knows_every_property_that_is_sent(kind: str) -> None:
    """Its models of Flex leave out what they do not know; there is nothing of ours that they leave out."""
    for language in samples.LANGUAGES:
        rendered = render(samples.KINDS[kind](language), language)
        assert [Message.from_dict(one).to_dict() for one in rendered] == rendered


def test_what_the_models_refuse_is_not_sent(line: Platform, sender: LineSender) -> None:
    """LINE would answer 400 to six objects; the fault is ours and trying again cannot help."""
    error = failure(lambda one: one.send_push(USER, [{"type": "text", "text": "a"}] * 6, KEY), sender)
    assert (error.code, flags(error)) == ("unsendable", {"permanent": True})
    error = failure(lambda one: one.send_reply("reply-token", []), sender)
    assert (error.code, flags(error)) == ("unsendable", {"permanent": True})
    assert line.asked == []


def test_an_answer_that_is_no_quota_is_an_error(line: Platform, sender: LineSender) -> None:
    line.says(200, {"type": "by the moon", "value": 200})
    assert failure(lambda one: one.quota(), sender).code == "strange_answer"


def test_a_push_carries_its_key_and_a_reply_never_does(line: Platform, sender: LineSender) -> None:
    """L12: the same key at every attempt; LINE refuses a reply that has one."""
    assert push(sender) == "request-1"
    assert push(sender) == "request-1"
    assert reply(sender) == "request-1"
    keys = [headers.get("x-line-retry-key") for _, _, headers, _ in line.asked]
    assert keys == [KEY, KEY, None]
    assert [path for _, path, _, _ in line.asked] == ["/v2/bot/message/push"] * 2 + ["/v2/bot/message/reply"]
    assert all(headers["authorization"] == f"Bearer {TOKEN}" for _, _, headers, _ in line.asked)


def test_a_key_taken_before_is_success(line: Platform, sender: LineSender) -> None:
    """L12: 409 says that LINE has it already."""
    line.says(409, {"message": "The retry key is already accepted"}, x_line_accepted_request_id="first")
    assert push(sender) == "first"


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b'{"sentMessages": []}', b"\xff\xfe"])
def test_accepted_is_accepted_whatever_the_body_says(body: bytes, line: Platform, sender: LineSender) -> None:
    """The SDK's strict models raise here, after the message was sent."""
    line.says(200, body)
    line.says(200, body)
    assert reply(sender) == "request-1"
    assert push(sender) == "request-1"


@pytest.mark.parametrize("call", [reply, push])
def test_accepted_though_the_answer_broke_off(
    call: Callable[[LineSender], str | None], line: Platform, sender: LineSender
) -> None:
    line.says(200, b"{", declared=100)
    assert call(sender) == "request-1"


REFUSALS = [
    (400, {"message": "Invalid reply token"}, "reply_token", {"permanent": True}, "refused", {"permanent": True}),
    (400, {"message": "Failed to send messages"}, "refused", {"permanent": True}, "refused", {"permanent": True}),
    (401, {"message": "Authentication failed"}, "unauthorised", {}, "unauthorised", {}),
    (403, {}, "refused", {"permanent": True}, "refused", {"permanent": True}),
    (413, b"\xff<html>", "refused", {"permanent": True}, "refused", {"permanent": True}),
    (301, {}, "refused", {"permanent": True}, "refused", {"permanent": True}),
    (429, {"message": "You have reached your monthly limit."}, "quota", {"quota": True}, "quota", {"quota": True}),
    (429, {"message": "The API rate limit has been exceeded."}, "rate_limited", {}, "rate_limited", {}),
    (500, {"message": "Internal"}, "line_down", {"unknown": True}, "line_down", {}),
    (502, b"<html>Bad gateway", "line_down", {"unknown": True}, "line_down", {}),
]


@pytest.mark.parametrize(("status", "body", "code", "marks", "push_code", "push_marks"), REFUSALS)
def test_each_refusal_says_whether_trying_again_can_help(  # noqa: PLR0917 - pytest passes them by name
    status: int, body: object, code: str, marks: dict[str, object], push_code: str, push_marks: dict[str, object],
    line: Platform, sender: LineSender,
) -> None:  # fmt: skip
    """L9: a dead token is told from other faults. L13: too many requests are told from a spent month."""
    line.says(status, body)
    error = failure(reply, sender)
    assert (error.code, flags(error)) == (code, marks)
    line.says(status, body)
    error = failure(push, sender)
    assert (error.code, flags(error)) == (push_code, push_marks)
    assert len(line.asked) == 2, "nothing is tried again behind our back"


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None)])
def test_the_wait_line_asks_for_is_passed_on(
    asked: str, seconds: float | None, line: Platform, sender: LineSender
) -> None:
    """L13: back off as told."""
    line.says(429, {"message": "The API rate limit has been exceeded."}, retry_after=asked)
    assert failure(push, sender).retry_after == seconds


@pytest.mark.parametrize("call", [reply, push])
@pytest.mark.parametrize(("answer", "code"), [(None, "timeout"), (Said(0), "connection_lost")])
def test_no_answer_means_that_nobody_knows(
    answer: Said | None, code: str, call: Callable[[LineSender], object], line: Platform, sender: LineSender
) -> None:
    """L11: it may have been delivered, and one request went out, not two."""
    line.answers.append(answer)
    error = failure(call, sender)
    assert (error.code, flags(error)) == (code, {"unknown": True})
    assert len(line.asked) == 1


@pytest.mark.parametrize("call", [reply, push])
def test_where_nobody_listens_nothing_was_sent(call: Callable[[LineSender], object]) -> None:
    """L11: certainly not delivered, so it may be tried again."""
    base = f"http://127.0.0.1:{free_port()}"
    error = failure(call, LineSender(base, base, TOKEN, timeout=(0.5, 0.5)))
    assert (error.code, flags(error)) == ("not_sent", {})


@pytest.mark.parametrize("call", [reply, push])
@pytest.mark.parametrize("does", ["nothing", "hangs up", "speaks plainly"])
def test_where_no_encryption_is_made_nothing_was_sent(does: str, call: Callable[[LineSender], object]) -> None:
    """L11: the connection never stood, so the token is as good as before."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            near, _ = listener.accept()
            with near, suppress(OSError):
                if does == "speaks plainly":
                    near.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                if does != "hangs up":
                    near.settimeout(5)
                    while near.recv(4096):
                        pass

        threading.Thread(target=answer, daemon=True).start()
        base = f"https://127.0.0.1:{listener.getsockname()[1]}"
        error = failure(call, LineSender(base, base, TOKEN, timeout=(0.3, 0.3)))
    assert (error.code, flags(error)) == ("not_sent", {})


@pytest.mark.parametrize("call", [reply, push])
def test_a_host_that_has_no_address_was_sent_nothing(call: Callable[[LineSender], object]) -> None:
    """L11"""
    error = failure(call, LineSender("https://nowhere.invalid", "https://nowhere.invalid", TOKEN, timeout=(0.5, 0.5)))
    assert (error.code, flags(error)) == ("not_sent", {})


def test_an_answer_too_long_to_read_is_accepted_all_the_same(line: Platform, sender: LineSender) -> None:
    """L11: the reply has arrived; taking it for refused would push it once more."""
    line.says(200, b"x" * (1024 * 1024 + 1))
    assert reply(sender) == "request-1"


def test_nothing_to_say_is_not_sent(line: Platform, sender: LineSender) -> None:
    with pytest.raises(DeliveryError) as caught:
        sender.reply("reply-token", [Text(" ")], language="en")
    assert (caught.value.code, caught.value.permanent) == ("empty", True)
    assert line.asked == []


@pytest.mark.parametrize(
    ("status", "body", "profile"),
    [
        (200, {"userId": USER, "displayName": "林小姐", "language": "ja"}, Profile("林小姐", "ja")),
        (200, {"userId": USER, "displayName": "林小姐", "new": 3}, Profile("林小姐")),
        (200, {"userId": USER, "displayName": ""}, None),
        (200, {"displayName": 3}, None),
        (200, b"<html>", None),
        (404, {"message": "Not found"}, None),
    ],
)
def test_a_profile_or_none(
    status: int, body: object, profile: Profile | None, line: Platform, sender: LineSender
) -> None:
    """L17: whoever blocked us has no name."""
    line.says(status, body)
    assert sender.profile(USER) == profile
    assert line.asked[0][1] == f"/v2/bot/profile/{USER}"


@pytest.mark.parametrize("status", [None, 401, 429, 500, 503])
def test_a_profile_that_line_cannot_tell_now_is_not_taken_for_none(
    status: int | None, line: Platform, sender: LineSender
) -> None:
    """L17: it is asked for another time."""
    line.answers.append(None) if status is None else line.says(status, {})
    with pytest.raises(DeliveryError):
        sender.profile(USER)


def test_a_sign_of_life_that_line_does_not_take_is_let_be(line: Platform, sender: LineSender) -> None:
    line.answers.append(None)
    sender.loading(USER)


def test_a_file_comes_with_its_type(line: Platform, sender: LineSender) -> None:
    line.says(200, b"\xff\xd8 picture", Content_Type="image/jpeg")
    content = sender.content("100")
    assert content is not None
    assert (content.body, content.content_type) == (b"\xff\xd8 picture", "image/jpeg")
    assert line.asked[0][1] == "/v2/bot/message/100/content"


@pytest.mark.parametrize("status", [404, 410])
def test_a_file_that_is_gone_is_none(status: int, line: Platform, sender: LineSender) -> None:
    line.says(status, {"message": "not found"})
    assert sender.content("100") is None


def test_a_file_in_preparation_comes_later(line: Platform, sender: LineSender) -> None:
    line.says(202, b"")
    with pytest.raises(NotReady) as caught:
        sender.content("100")
    assert not caught.value.permanent


def test_a_file_too_large_is_refused_for_good_and_one_broken_off_is_not(line: Platform, sender: LineSender) -> None:
    line.says(200, b"x" * (MOST_BYTES + 1))
    error = failure(lambda one: one.content("100"), sender)
    assert (error.code, error.permanent) == ("too_large", True)
    line.says(200, b"x" * 10, declared=100)
    error = failure(lambda one: one.content("100"), sender)
    assert (error.code, error.permanent) == ("connection_lost", False)


@pytest.mark.parametrize(
    ("limit", "result"), [({"type": "limited", "value": 200}, (200, 7)), ({"type": "none"}, (None, 7))]
)
def test_the_quota(limit: object, result: tuple[int | None, int], line: Platform, sender: LineSender) -> None:
    line.says(200, limit)
    line.says(200, {"totalUsage": 7})
    assert sender.quota() == result


def test_connections_are_kept(line: Platform, sender: LineSender) -> None:
    """A reply has a minute; it does not wait for a new connection each time."""
    for _ in range(3):
        push(sender)
    pool = sender.http.api.api_client.rest_client.pool_manager.connection_from_url(line.url)
    assert (pool.num_connections, pool.num_requests) == (1, 3)


def test_logs_hold_no_words_no_token_and_no_user(
    line: Platform, sender: LineSender, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    # Another test of this process may have set logging up; a logger used since then still writes where that one did.
    structlog.reset_defaults()
    vars(http_client.log).pop("bind", None)
    with caplog.at_level(logging.INFO):
        line.says(400, {"message": f"The user {USER} is unknown"})
        failure(push, sender)
        line.says(500)
        failure(reply, sender)
        line.answers.append(None)
        failure(push, sender)
    printed = capsys.readouterr()
    logged = caplog.text + printed.out + printed.err
    assert "status" in logged
    assert not [secret for secret in (USER, TOKEN, KEY, "reply-token", "停電") if secret in logged]
