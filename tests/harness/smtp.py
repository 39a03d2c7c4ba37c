"""A mail server on loopback that speaks enough SMTP (RFC 5321) to take mail, or to refuse it as a test says."""

from __future__ import annotations

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Thread


@dataclass
class MailServer:
    """What came in, and what is answered to a recipient: ``250``, or a refusal such as ``550`` or ``451``."""

    port: int = 0
    answer: str = "250 OK"
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """As the setting has it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        """The bodies of what came in."""
        return [message.get_content() for _, message in self.mails]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server for the length of a test."""
    kept = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 window.test ESMTP")
            to: list[str] = []
            while line := self.rfile.readline().decode("ascii", "replace").rstrip("\r\n"):
                verb = line.split(" ")[0].upper()
                if verb == "EHLO":
                    self._say("250-window.test\r\n250 8BITMIME")
                elif verb == "RCPT":
                    to.append(line.split("<")[1].split(">")[0])
                    self._say(kept.answer)
                elif verb == "DATA":
                    self._say("354 Go on")
                    kept.mails.append((to, self._mail()))
                    self._say("250 OK")
                elif verb == "QUIT":
                    self._say("221 Bye")
                    return
                else:
                    self._say("250 OK")

        def _mail(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            message = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(message, EmailMessage)
            return message

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
