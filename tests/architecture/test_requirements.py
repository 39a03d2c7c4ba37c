"""Skips by name: what a machine lacks is named in the summary, and ONESTOP_TEST_REQUIRE turns a skip into a failure."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import ROOT

NOWHERE = "postgresql+psycopg://postgres@127.0.0.1:1/postgres"
TESTS = """
import pytest

@pytest.mark.postgres
def test_stores(): pass

@pytest.mark.browser
def test_shows(): pass

def test_gives_up():
    pytest.skip("no reason")

@pytest.mark.xfail(reason="known", strict=True)
def test_known(): raise AssertionError

def test_plain(): pass
"""


def run(folder: Path, require: str) -> subprocess.CompletedProcess[str]:
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    postgres: x\n    browser: x\n")
    (folder / "test_sample.py").write_text(TESTS)
    path = str(Path(sys.executable).parent)  # neither Chromium nor anything else of the machine
    environment = {"PATH": path, "PYTHONPATH": str(ROOT), "ONESTOP_TEST_POSTGRES": NOWHERE, "HOME": str(folder)}
    if require:
        environment["ONESTOP_TEST_REQUIRE"] = require
    command = [sys.executable, "-m", "pytest", "-ra", "-p", "tests.harness.requirements", "-p", "no:cacheprovider", "."]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_what_is_missing_is_skipped_by_name(tmp_path: Path) -> None:
    done = run(tmp_path, "")
    assert done.returncode == 0, done.stdout
    assert "1 passed, 3 skipped, 1 xfailed" in done.stdout
    assert "MISSING postgres: no PostgreSQL at postgresql+psycopg://postgres@127.0.0.1:1/postgres" in done.stdout
    assert "MISSING browser: none of chromium" in done.stdout


def test_what_is_required_may_not_be_missing_and_no_test_may_give_up(tmp_path: Path) -> None:
    done = run(tmp_path, "postgres,browser")
    assert done.returncode == 1
    assert "1 failed, 1 passed, 1 xfailed, 2 errors" in done.stdout
    assert "test_gives_up was skipped although ONESTOP_TEST_REQUIRE is set" in done.stdout


def test_what_is_not_required_may_still_be_missing(tmp_path: Path) -> None:
    done = run(tmp_path, "postgres")
    assert "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error" in done.stdout
    assert "MISSING browser" in done.stdout


@pytest.mark.parametrize("require", ["postgers", "postgres,chrome"])
def test_a_misspelt_requirement_stops_the_run(tmp_path: Path, require: str) -> None:
    done = run(tmp_path, require)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "known: browser, postgres" in done.stdout + done.stderr
