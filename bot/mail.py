"""Sends mail by SMTP (RFC 5321), encrypted where the server offers it, and always where there is a password."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

from routing.domain.errors import DeliveryError

_TIMEOUT = 20.0
"""Seconds for each step of a connection."""
_PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class SmtpMailer:
    """Mail by one server. ``url``: ``smtp://[user:password@]host[:port]`` (STARTTLS) or ``smtps://…`` (TLS at once)."""

    url: str = field(repr=False)
    sender: str

    def send(self, to: str, subject: str, body: str) -> None:
        """Hand one mail over to the server.

        Raises:
            DeliveryError: ``permanent`` where the server refuses it for good (5xx), else it may be tried again.
        """
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, to, subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(body)
        try:
            with self._connection() as server:
                server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _failure(permanent=all(code >= 500 for code in codes)) from error
        except smtplib.SMTPResponseException as error:
            signing_in = isinstance(error, smtplib.SMTPAuthenticationError)
            raise _failure(permanent=error.smtp_code >= 500 and not signing_in) from error
        except (smtplib.SMTPException, OSError) as error:
            raise _failure(permanent=False) from error

    def _connection(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=_TIMEOUT)
        try:
            if parts.scheme == "smtp":
                server.ehlo()
                if server.has_extn("starttls") or parts.username:
                    server.starttls(context=context)
                    server.ehlo()
            if parts.username:
                server.login(unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _failure(*, permanent: bool) -> DeliveryError:
    code = "mail_refused" if permanent else "mail_unreachable"
    return DeliveryError("郵件伺服器沒有收下這封信。", code=code, permanent=permanent)
