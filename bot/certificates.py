"""The certificate that a host shows, met as a browser meets it."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime

_SECONDS = 5.0


def ends(host: str, port: int) -> datetime:
    """Until when the certificate of a host is good.

    Raises:
        OSError: nobody answers there, or the certificate is not trusted, over, or of another name.
    """
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as met,
    ):
        shown = met.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
