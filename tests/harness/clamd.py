"""ClamAV's own clamd, where a machine has it, with one signature: that of the harmless test file of eicar.org."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.simulator.running import free_port
from tests.harness.samples import EICAR
from tests.harness.waiting import eventually

CLAMD = shutil.which("clamd", path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]))
"""The program; None where there is none."""
NAME = "Eicar-Test-Signature.UNOFFICIAL"
"""What it calls the test file: the signature is ours, not ClamAV's."""
MOST = 1024 * 1024
"""Bytes that it takes of one file."""


@contextmanager
def real_clamd(folder: Path) -> Iterator[tuple[str, str]]:
    """A running clamd; gives its two addresses, by TCP and by a socket of this machine."""
    assert CLAMD is not None
    known, port, path = folder / "known", free_port(), folder / "clamd.sock"
    known.mkdir()
    (known / "one.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    config = folder / "clamd.conf"
    config.write_text(
        f"Foreground yes\nDatabaseDirectory {known}\nLocalSocket {path}\nTCPAddr 127.0.0.1\nTCPSocket {port}\n"
        f"StreamMaxLength {MOST}\nTemporaryDirectory {folder}\n"
    )
    process = subprocess.Popen([CLAMD, f"--config-file={config}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _answers(port) and path.exists(), seconds=20, what="clamd")
        yield f"tcp://127.0.0.1:{port}", f"unix:{path}"
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as line:
            line.sendall(b"zPING\0")
            return line.recv(16).startswith(b"PONG")
    except OSError:
        return False
