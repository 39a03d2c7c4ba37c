"""Posting bytes to a webhook as LINE would, or as nobody should."""

from __future__ import annotations

import http.client
from types import TracebackType
from typing import Self

from tests.harness.simulator import sign


class Connection:
    """One kept connection to a webhook."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()

    def send(self, body: bytes, *signatures: str | bytes, path: str = "/line/webhook") -> int:
        """Post these bytes with these signature headers; the status."""
        self.connection.putrequest("POST", path)
        self.connection.putheader("Content-Type", "application/json")
        self.connection.putheader("Content-Length", str(len(body)))
        for signature in signatures:
            self.connection.putheader("X-Line-Signature", signature)
        self.connection.endheaders(body)
        answer = self.connection.getresponse()
        answer.read()
        return answer.status

    def signed(self, body: bytes) -> int:
        """Post these bytes as LINE would."""
        return self.send(body, sign(body))
