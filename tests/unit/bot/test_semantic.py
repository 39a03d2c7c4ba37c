"""The optional embeddings service, against a server on this machine."""

import json
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bot.app import build_likeness
from bot.semantic import SemanticService
from bot.settings import Settings, SettingsError, load_settings

VECTORS = {"甲": [1.0, 0.0], "乙": [0.0, 1.0]}


@contextmanager
def serving(answer, seen):
    """A server that answers each POST with what ``answer(body)`` gives: status and bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.append((self.path, self.headers.get("Authorization"), body))
            status, content = answer(body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except ConnectionError:
                return

        def log_message(self, *_):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def embeddings(body):
    rows = [{"index": n, "embedding": VECTORS.get(t, [0.0, 1.0])} for n, t in enumerate(body["input"])]
    return 200, json.dumps({"data": rows[::-1]}).encode()


def test_the_likeness_of_each_question_comes_back_in_order():
    seen = []
    with serving(embeddings, seen) as url:
        assert SemanticService(url, "key", "m")("乙", ["甲", "乙"]) == pytest.approx([0.0, 1.0])
    path, authorization, body = seen[0]
    assert (path, authorization, body["model"]) == ("/v1/embeddings", "Bearer key", "m")


def test_what_is_sent_is_masked():
    seen = []
    with serving(embeddings, seen) as url:
        SemanticService(url, "", "m")("我是王小明 0912345678 統編12345675 a@b.tw", ["甲", "乙"])
    sent = seen[0][2]["input"][0]
    assert not any(secret in sent for secret in ("王小明", "0912345678", "12345675", "a@b.tw"))
    assert seen[0][1] is None


@pytest.mark.parametrize(
    "answer",
    [
        (500, b"{}"),
        (302, b""),
        (200, b"no json"),
        (200, b"{}"),
        (200, b"[]"),
        (200, b'{"data": []}'),
        (200, b'{"data": [{"index": 0, "embedding": []}]}'),
        (200, b'{"data": [{"index": "x"}, {"index": 1}, {"index": 2}]}'),
        (200, b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1, 2]}]}'),
        (200, b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}'),
    ],
)
def test_an_odd_answer_changes_nothing(answer):
    with serving(lambda _: answer, []) as url:
        assert SemanticService(url, "", "m")("乙", ["甲"]) is None


def test_a_late_answer_is_not_waited_for():
    def late(body):
        time.sleep(0.5)
        return embeddings(body)

    with serving(late, []) as url:
        start = time.perf_counter()
        assert SemanticService(url, "", "m", seconds=0.1)("乙", ["甲"]) is None
        assert time.perf_counter() - start < 0.45


def test_a_service_that_keeps_failing_is_seldom_asked():
    seen = []
    with serving(lambda _: (500, b""), seen) as url:
        ask = SemanticService(url, "", "m")
        for _ in range(43):
            ask("乙", ["甲"])
    assert len(seen) == 5


def test_nobody_there():
    assert SemanticService("http://127.0.0.1:9/v1", "", "m")("乙", ["甲"]) is None


def test_it_is_off_by_default():
    assert build_likeness(Settings(_env_file=None)) is None
    assert build_likeness(Settings(_env_file=None, ONESTOP_SEMANTIC_URL="http://127.0.0.1:9/v1")) is not None


@pytest.mark.parametrize("name", ["ONESTOP_SEMANTIC_URL", "ONESTOP_SEMANTIC_TIMEOUT"])
def test_bad_settings_are_refused(name):
    with pytest.raises(SettingsError):
        load_settings({}, **{name: "4000x"})
