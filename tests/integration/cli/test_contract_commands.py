"""The contract's command line and settings, as an outsider meets them (contract §1, §2)."""

import subprocess
import sys

import pytest

from tests.harness.processes import ROOT


@pytest.fixture
def onestop(tmp_path):
    """Runs the program in a folder of the test's own; gives what became of it."""

    def run(*arguments, **environment):
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60,
            env={"PYTHONPATH": str(ROOT), "PATH": "", **environment},
        )  # fmt: skip

    return run


def test_an_unknown_name_of_ours_in_the_file_is_an_error_too(onestop, tmp_path):
    (tmp_path / ".env").write_text("ONESTOP_TEST_ANY=1\nonestop_agency_code=KP\nONESTOP_AGENCI_CODE=KP\n")
    refused = onestop("migrate")
    assert refused.returncode != 0
    assert "ONESTOP_AGENCI_CODE" in refused.stderr
    (tmp_path / ".env").write_text("ONESTOP_AGENCY_CODE=KP\nOTHERS=1\n")
    assert onestop("migrate").returncode == 0


def test_what_is_logged_never_mixes_with_what_is_printed(onestop):
    failed = onestop("richmenu", "deploy", LINE_CHANNEL_ACCESS_TOKEN="t", LINE_API_BASE="http://127.0.0.1:1")
    assert failed.returncode == 1
    assert failed.stdout == ""
    assert "Traceback" not in failed.stderr


def test_every_command_is_explained_in_the_words_of_the_branch(onestop):
    lines = onestop("--help").stdout.partition("Commands:")[2].splitlines()
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in line) for line in lines if line.strip())


def test_a_command_without_its_part_is_refused_in_one_line(onestop):
    refused = onestop("staff")
    assert refused.returncode == 2
    assert len(refused.stderr.splitlines()) == 1
    assert "disable" in refused.stdout
