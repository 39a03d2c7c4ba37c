"""Plays a language model over HTTP, OpenAI-compatible: whatever a test has it say, and what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from tests.harness.http_server import Quiet, answering

Asked = dict[str, Any]


@dataclass
class ModelServer:
    """``says`` gives status and body for what was asked. ``asked``: bodies with their headers, in order.

    ``stalls``: nothing is answered until it is set, or the server ends; ``reached`` is set when a question came.
    """

    url: str
    says: Callable[[Asked], tuple[int, bytes]]
    asked: list[tuple[dict[str, str], Asked]] = field(default_factory=list)
    stalls: Event = field(default_factory=Event)
    reached: Event = field(default_factory=Event)

    @property
    def prompts(self) -> list[str]:
        """All words that left the office, question by question."""
        return ["\n".join(one["content"] for one in body["messages"]) for _headers, body in self.asked]

    def sources(self, number: int = -1) -> list[dict[str, str]]:
        """The sources of a question."""
        found: list[dict[str, str]] = json.loads(self.asked[number][1]["messages"][1]["content"])["sources"]
        return found


def completion(content: Any) -> tuple[int, bytes]:
    """A good answer with this content; what is no text is its JSON."""
    text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    message = {"role": "assistant", "content": text}
    return 200, json.dumps({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}).encode()


def says(*sentences: tuple[str, Sequence[str]]) -> Callable[[Asked], tuple[int, bytes]]:
    """Sentences with their sources, by the schema."""
    return lambda _asked: completion({"sentences": [{"text": text, "sources": list(ids)} for text, ids in sentences]})


@contextmanager
def model_server(answer: Callable[[Asked], tuple[int, bytes]]) -> Iterator[ModelServer]:
    """A server on this machine. It stalls only if a test clears ``stalls``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    played = ModelServer(url=f"http://127.0.0.1:{server.server_address[1]}/v1", says=answer)
    played.stalls.set()

    class Handler(Quiet, BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            played.asked.append(({name.lower(): value for name, value in self.headers.items()}, body))
            played.reached.set()
            played.stalls.wait(20)
            status, content = played.says(body)
            try:
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            except OSError:
                return

    with answering(server, Handler):
        try:
            yield played
        finally:
            played.stalls.set()
