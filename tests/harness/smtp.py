"""A mail server on loopback that speaks enough SMTP (RFC 5321) to take mail, or to refuse it as a test says."""

from __future__ import annotations

import socketserver
import ssl
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
    tls: ssl.SSLContext | None = None
    encrypted: list[bool] = field(default_factory=list)
    """Of each mail, whether it came over TLS."""
    signed_in: list[str] = field(default_factory=list)
    """What was given to sign in with, as it came."""

    @property
    def url(self) -> str:
        """As the setting has it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def texts(self) -> list[str]:
        """The bodies of what came in."""
        return [message.get_content() for _, message in self.mails]


class _Talk(socketserver.StreamRequestHandler):
    """One connection: each verb has a method; what has none is answered 250."""

    kept: MailServer

    def handle(self) -> None:
        self._to: list[str] = []
        self._over_tls = False
        self._say("220 window.test ESMTP")
        while line := self.rfile.readline().decode("ascii", "replace").rstrip("\r\n"):
            answer = getattr(self, f"verb_{line.split(' ')[0].lower()}", self._ok)
            if not answer(line):
                break
        if self._over_tls:
            self.request.close()

    def _ok(self, _line: str) -> bool:
        return self._say("250 OK")

    def verb_ehlo(self, _line: str) -> bool:
        offered = ("AUTH PLAIN",) if self._over_tls else ("STARTTLS",) if self.kept.tls else ()
        return self._say("\r\n".join(("250-window.test", *(f"250-{one}" for one in offered), "250 8BITMIME")))

    def verb_starttls(self, _line: str) -> bool:
        if self.kept.tls is None:
            return self._say("502 No TLS here")
        self._say("220 Go on")
        try:
            self.request = self.kept.tls.wrap_socket(self.request, server_side=True)
        except OSError:
            return False  # whoever called does not trust the certificate
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        self._over_tls = True
        return True

    def verb_auth(self, line: str) -> bool:
        self.kept.signed_in.append(line)
        return self._say("235 Welcome")

    def verb_rcpt(self, line: str) -> bool:
        self._to.append(line.split("<")[1].split(">", maxsplit=1)[0])
        return self._say(self.kept.answer)

    def verb_data(self, _line: str) -> bool:
        self._say("354 Go on")
        self.kept.mails.append((self._to, self._mail()))
        self.kept.encrypted.append(self._over_tls)
        return self._say("250 OK")

    def verb_quit(self, _line: str) -> bool:
        self._say("221 Bye")
        return False

    def _mail(self) -> EmailMessage:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        message = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    def _say(self, words: str) -> bool:
        self.wfile.write(f"{words}\r\n".encode())
        return True


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[MailServer]:
    """A server for the length of a test. ``tls``: it offers STARTTLS (RFC 3207) with this certificate."""
    kept = MailServer(tls=tls)
    talk = type("Talk", (_Talk,), {"kept": kept})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), talk) as server:
        server.daemon_threads = True
        kept.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield kept
        server.shutdown()
        thread.join()
