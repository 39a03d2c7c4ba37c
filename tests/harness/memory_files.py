"""Files of tests lie in memory where the machine has room: a commit need not wait some milliseconds for the disk.

What is tested stays: SQLite asks for the same writes in the same order, and processes that are killed lose nothing
that the kernel has taken. Benches and trials, which time commits, do not come here.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 (each file in it is made by tempfile)
ROOM = 6 << 30
"""Bytes that must be free there; a whole run was seen to hold under two gigabytes."""


def use_memory() -> None:
    """Have every temporary file of this process and of its children made in memory, unless the caller chose a place."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    with suppress(OSError):
        if shutil.disk_usage(MEMORY).free >= ROOM:
            os.environ["TMPDIR"] = str(MEMORY)
            tempfile.tempdir = None
