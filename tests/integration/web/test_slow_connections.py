"""Heads that are too large, heads and bodies that come too slowly: over a real connection."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import uvicorn

from bot.web.limits.bodies import HEAD_BYTES, Bounds
from bot.web.limits.connections import BoundedProtocol
from tests.harness.pages import Visitor
from tests.harness.service import Service

QUICK = 0.6


class QuickProtocol(BoundedProtocol):
    head_seconds = QUICK
    # More than a busy machine takes for an answer, less than the slowest of these bodies.
    whole_seconds = 5 * QUICK


@pytest.fixture
def port(tmp_path):
    """The product's port, with limits of less than a second."""
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        listener = socket.create_server(("127.0.0.1", 0))
        config = uvicorn.Config(
            Bounds(service.app, seconds=QUICK), http=QuickProtocol, lifespan="off", log_config=None, access_log=False
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield listener.getsockname()[1]
        server.should_exit = True
        thread.join()
        listener.close()


def said(port, *pieces, pause=0.0, seconds=10.0):
    """What the server says to these bytes, and after how many seconds it closes.

    What it says is read while the pieces still go out, as a browser does: a connection that the
    server resets takes with it what the client has received and not yet read.
    """
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection, ThreadPoolExecutor(1) as reader:
        heard = reader.submit(_heard, connection)
        try:
            for piece in pieces:
                connection.sendall(piece)
                time.sleep(pause)
        except OSError:
            pass
    return heard.result().decode("utf-8", "replace"), time.monotonic() - began


def _heard(connection):
    found = b""
    try:
        while more := connection.recv(65536):
            found += more
    except ConnectionError:
        pass
    return found


HOST = b"Host: 127.0.0.1\r\n"


def test_a_connection_that_says_nothing_is_closed(port):
    answer, took = said(port)
    assert answer.startswith("HTTP/1.1 408 ")
    assert took < 5 * QUICK


def test_a_head_that_drips_is_closed(port):
    """A byte now and then keeps nothing open."""
    pieces = [b"GET /healthz HTTP/1.1\r\n", *(b"X-%d: y\r\n" % number for number in range(40))]
    answer, took = said(port, *pieces, pause=QUICK / 5)
    assert "200 OK" not in answer
    assert took < 41 * QUICK / 5 + 2


def test_a_head_without_end_is_not_kept(port):
    answer, _took = said(port, b"GET / HTTP/1.1\r\nX: ", *([b"y" * 65536] * 40))
    assert answer.startswith("HTTP/1.1 431 ") or not answer


@pytest.mark.parametrize("path", [b"/healthz", b"/api/v1/cases", b"/line/webhook", b"/desk"])
def test_a_large_head_is_refused_in_words(port, path):
    head = b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"X: " + b"y" * HEAD_BYTES + b"\r\n\r\n"
    answer, _took = said(port, head)
    assert answer.startswith("HTTP/1.1 431 ")
    assert "headers_too_large" in answer or "content-length: 0" in answer


SLOW = [
    b"POST /line/webhook HTTP/1.1\r\n", (b"POST /desk/sign-in HTTP/1.1\r\nOrigin: http://127.0.0.1:8000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"),
]  # fmt: skip


@pytest.mark.parametrize("head", SLOW, ids=["webhook", "form"])
def test_a_body_that_does_not_come_is_told_so(port, head):
    """Neither the webhook nor a form waits for it for ever."""
    answer, took = said(port, head + HOST + b"Content-Length: 100\r\n\r\n", b"a")
    assert answer.startswith("HTTP/1.1 408 ")
    assert took < 5 * QUICK


def test_the_api_says_it_in_its_own_form(port, tmp_path):
    with Service(f"sqlite:///{tmp_path / 'other.db'}"):
        head = b"POST /api/v1/cases HTTP/1.1\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n"
        answer, _took = said(port, head + HOST + b"Content-Length: 100\r\n\r\n", b"{")
    assert answer.startswith("HTTP/1.1 408 ")
    assert "application/problem+json" in answer
    assert "body_too_slow" in answer


def test_a_body_that_nobody_reads_keeps_no_connection_open(port):
    """The answer goes out at once; the rest may drip no longer than a while."""
    head = b"POST /healthz HTTP/1.1\r\nOrigin: http://127.0.0.1:8000\r\n" + HOST + b"Content-Length: 1000\r\n\r\n"
    answer, took = said(port, head, *([b"a"] * 40), pause=QUICK / 5)
    assert answer.startswith("HTTP/1.1 405 ")
    assert took < 41 * QUICK / 5 + 2


def test_what_comes_in_time_is_served_again_and_again_on_one_connection(port):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        for _ in range(4):
            for piece in (b"GET /healthz HTTP/1.1\r\n", HOST, b"\r\n"):
                connection.sendall(piece)
                time.sleep(QUICK / 6)
            assert b"200 OK" in connection.recv(65536)


def test_pages_are_served_as_before(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'desk.db'}") as service:
        assert Visitor(service, "alice").get("/desk").status == 200
