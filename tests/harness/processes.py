"""Starting and ending the product's processes; whatever a test does, none of them survives it."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.harness.waiting import eventually

ROOT = Path(__file__).parents[2]
FITS = Path(tempfile.gettempdir()) / f"onestop-test-fits-{os.getuid()}"
"""Where the whole suite keeps fitted understanding from run to run (see tests/harness/branch.py)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """A running server (with its port) or worker."""

    pid: int
    what: str
    port: int
    log: Path

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        try:
            state = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state != "Z"

    def end(self, how: signal.Signals = signal.SIGTERM, *, seconds: float = 15.0) -> None:
        """Signal it and wait until it is gone."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, how)
        eventually(lambda: not self.alive, seconds=seconds, what=f"the end of {self.what} {self.pid}")

    def kill(self) -> None:
        """kill -9, its whole session with it."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self.end(signal.SIGKILL)


class Forker:
    """The loaded process of ``tests.harness.forked``; one serves a whole test run.

    ``fits``: where fitted understanding is kept; the first run on a machine spends half a minute on it.
    """

    def __init__(self, fits: Path = FITS) -> None:
        self.fits = fits
        fits.mkdir(parents=True, exist_ok=True)
        with (fits / ".lock").open("w") as lock:
            # One run fits, another that starts at the same time waits and reads.
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.harness.forked", str(fits)], cwd=ROOT, text=True, env=_quiet(os.environ),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            assert self._read() == "ready"

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(
        self, what: str, *, environ: Mapping[str, str], folder: Path, port: int = 0, worker: bool = True
    ) -> Process:
        """A server, with a worker inside or not, or a worker; it need not be ready yet."""
        log = folder / f"{what}-{port}.log"
        order = {
            "what": what, "port": port, "with_worker": worker, "environ": dict(environ), "folder": str(folder),
            "log": str(log),
        }  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Process(pid=int(self._read()), what=what, port=port, log=log)

    def close(self) -> None:
        """End the forking process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(timeout=10)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _quiet(environ: Mapping[str, str]) -> dict[str, str]:
    """One thread for arithmetic in each process: the tests share two cores."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("ONESTOP_", "LINE_"))}
    return {**kept, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


def command(*words: str, environ: Mapping[str, str], folder: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run ``onestop`` to its end, as a person would."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *words], cwd=folder, input=text,
        env={**_quiet(os.environ), "PYTHONPATH": str(ROOT), **environ},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def commanded(*words: str, environ: Mapping[str, str], folder: Path, port: int = 0, program: Path = ROOT) -> Process:
    """Start ``onestop serve`` or ``onestop worker`` itself, in a session of its own; ``program``: where its code is."""
    log = folder / f"{words[0]}-{port}-{len(list(folder.iterdir()))}.log"
    with log.open("ab") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", "bot", *words], cwd=folder, stdout=out, stderr=out, stdin=subprocess.DEVNULL,
            env={**_quiet(os.environ), "PYTHONPATH": str(program), **environ}, start_new_session=True,
        )  # fmt: skip
    started.returncode = 0  # whoever holds the Process waits for it; Popen must not warn that nobody did
    return Process(pid=started.pid, what=words[0], port=port, log=log)
