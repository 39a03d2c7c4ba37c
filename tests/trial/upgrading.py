"""A rolling upgrade: a released program under load, the new schema, and one process after the other made anew."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.harness.crowd import Crowd
from tests.harness.processes import ROOT, Forker, command, commanded
from tests.harness.product import Product, running
from tests.trial.programs import Seen, after

_PREPARE = """
import json, sys
from pathlib import Path
from tests.harness.product import Product
made = Product(forker=None, folder=Path("."), database_url=sys.argv[1], line=None, ports=[], workers=0, inside=False,
               environ={})
made.prepare()
print(json.dumps(made.tokens))
"""


def unpack(release: str, folder: Path) -> Path:
    """The code of a release (a commit, a tag) in a folder of its own."""
    packed = subprocess.run(["git", "archive", release], cwd=ROOT, capture_output=True, check=True).stdout
    folder.mkdir()
    subprocess.run(["tar", "-x"], cwd=folder, input=packed, check=True)
    return folder


@dataclass(slots=True, kw_only=True)
class Released(Product):
    """The product whose database and people the released program makes."""

    program: Path

    def prepare(self) -> None:
        """As the release does it, with the release's own code."""
        done = subprocess.run(
            [sys.executable, "-c", _PREPARE, self.database_url], cwd=self.program, capture_output=True, text=True,
            env={**os.environ, "PYTHONPATH": str(self.program)}, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr)
        self.tokens.update(json.loads(done.stdout))

    def begin(self, name: str, program: Path) -> None:
        """Start one process with this code, and wait until a server answers; the first fit takes its time."""
        number = int(name[-1])
        if name.startswith("server"):
            port = self.ports[number]
            started = commanded(
                "serve", "--port", str(port), "--no-worker", environ=self.environ, folder=self.folder, port=port,
                program=program,
            )  # fmt: skip
            self.ready(started, seconds=180)
        else:
            started = commanded("worker", environ=self.environ, folder=self.folder, port=number, program=program)
        self.processes[name] = started


def upgraded(release: str, database_url: str) -> Seen:
    """Two servers and two workers of ``release`` under load; the schema is migrated, then each is made anew in turn."""
    with TemporaryDirectory() as name, Forker() as forker:
        folder = Path(name)
        made = partial(Released, program=unpack(release, folder / "released"))
        with running(forker, database_url, folder, servers=2, workers=2, start=False, made=made) as product:
            assert isinstance(product, Released)
            for process in product.names():
                product.begin(process, product.program)
            crowd = Crowd(product, patience=180)
            time.sleep(5)
            migrated = command("migrate", environ=product.environ, folder=folder)
            if migrated.returncode:
                raise RuntimeError(migrated.stdout + migrated.stderr)
            time.sleep(10)
            old = len(crowd.confirmed)
            for process in product.names():
                product.stop(process)
                product.begin(process, ROOT)
            time.sleep(5)
            figure, well = after(product, crowd, None, f"{release}: both at once, then one after the other made anew")
            refused = Counter(
                one["status"] for one in product.line.get("/deliveries")["deliveries"] if one["status"] != 200
            )
    return f"{figure}, {old} cases by the old program, {len(crowd.confirmed) - old} since; answers {dict(refused)}", (
        well and 0 < old < len(crowd.confirmed)
    )
