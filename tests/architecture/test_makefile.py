"""The Makefile explains itself, promises only what exists, and says plainly when Python does not fit."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^\.PHONY: (\S+)$", MAKEFILE, re.MULTILINE)


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as a person would: without what an outer `make test` hands down."""
    outside = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MFLAGS", "MAKELEVEL"}}
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, env=outside, capture_output=True, text=True, check=False)


def test_make_alone_lists_every_target() -> None:
    listed = re.findall(r"^  make (\S+) +\S", make().stdout, re.MULTILINE)
    assert listed == TARGETS
    assert {"setup", "run", "test", "check", "fix", "migrate", "locks", "clean"} <= set(listed)


def test_every_module_that_a_target_runs_exists() -> None:
    named = re.findall(r"\$\(BIN\)/python -m (\w+\.[\w.]+)", MAKEFILE)
    assert [name for name in named if importlib.util.find_spec(name) is None] == []


@pytest.mark.parametrize("target", ["setup", "run", "test", "check"])
def test_a_python_that_does_not_fit_is_named(target: str, tmp_path: Path) -> None:
    done = make(target, "PYTHON=false", f"VENV={tmp_path / 'venv'}")
    assert done.returncode == 2
    assert "No Python 3.11, 3.12 or 3.13" in done.stdout
    assert f"make {target} PYTHON=" in done.stdout
    assert not (tmp_path / "venv").exists()
