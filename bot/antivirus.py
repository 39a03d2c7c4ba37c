"""ClamAV over the network: bytes go to clamd's INSTREAM, and its word comes back (clamd(8), "COMMANDS").

The protocol is a dozen lines; what there is on PyPI for it has not been released for years (docs/decisions/0007).
Nothing of what clamd says but the name of what it found leaves this module.
"""

from __future__ import annotations

import re
import socket
import struct
from contextlib import closing

from routing.service.files.scanning import ScannerDown

_CHUNK = 64 * 1024
_MOST_ANSWER = 4096
_TOO_LARGE = "INSTREAM size limit exceeded"
_FOUND = re.compile(r"^stream: (.+) FOUND$")


class Clamd:
    """One clamd, at ``tcp://host:port`` or ``unix:/path``. Threads may share it: each search is one connection.

    ``timeout``: seconds to connect, and to wait for each piece of the conversation; a search of 20 MiB takes some.
    """

    def __init__(self, address: str, *, timeout: tuple[float, float] = (3.0, 30.0)) -> None:
        self._path = address.removeprefix("unix:") if address.startswith("unix:") else None
        host, _, port = address.removeprefix("tcp://").rpartition(":")
        self._host, self._port = host, 0 if self._path else int(port)
        self._connect, self._wait = timeout

    def search(self, content: bytes) -> str | None:
        """The name of what was found; None if nothing was. Raises ScannerDown for any other answer, or none."""
        try:
            with closing(self._open()) as line:
                said = _conversation(line, content)
        except OSError:
            raise ScannerDown("防毒服務沒有回應。") from None
        if said == "stream: OK":
            return None
        if said.startswith(_TOO_LARGE):
            raise ScannerDown("防毒服務不檢查這麼大的檔案；請調高 clamd 的 StreamMaxLength。", code="scanner_limit")
        found = _FOUND.match(said)
        if found is None:
            raise ScannerDown("防毒服務無法檢查檔案。")
        return found[1][:80]

    def _open(self) -> socket.socket:
        if self._path is None:
            line = socket.create_connection((self._host, self._port), timeout=self._connect)
        else:
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self._connect)
            line.connect(self._path)
        line.settimeout(self._wait)
        return line


def _conversation(line: socket.socket, content: bytes) -> str:
    """Send everything and hear the answer. A clamd that has had enough answers and hangs up before all is sent."""
    try:
        line.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), _CHUNK):
            part = content[start : start + _CHUNK]
            line.sendall(struct.pack(">I", len(part)) + part)
        line.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return _answer(line)
    return _answer(line)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < _MOST_ANSWER:
        part = line.recv(_MOST_ANSWER)
        if not part:
            break
        said += part
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
