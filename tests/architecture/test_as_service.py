"""deploy/onestop-as-service, run: what it asks of systemd, a program that writes down what it was asked in its place.

Tried on a booted systemd 252 on 2026-12-01 (docs/runbook.md).
"""

from __future__ import annotations

import os
import signal
import subprocess
import time

import pytest

from tests.architecture.tree import ROOT

SCRIPT = (ROOT / "deploy/onestop-as-service").read_text(encoding="utf-8")
ASKED = """#!/bin/sh
for one in "$@"; do printf '%s\\0' "$one"; done > "$HERE/asked"
[ -z "$SLOW" ] || { touch "$HERE/begun"; sleep "$SLOW"; }
cat
exit "${CODE:-0}"
"""


@pytest.fixture
def machine(tmp_path):
    """A folder with the settings of a service and a systemd that only writes down."""
    (tmp_path / "onestop.env").write_text("ONESTOP_AGENCY_CODE=KP\n")
    (tmp_path / "script").write_text(SCRIPT.replace("/etc/onestop/onestop.env", str(tmp_path / "onestop.env")))
    for name, text in (("systemd-run", ASKED), ("systemctl", '#!/bin/sh\necho "$@" > "$HERE/stopped"\n')):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    return tmp_path


def begin(machine, *arguments, **environment):
    found = {"PATH": f"{machine}:{os.environ['PATH']}", "HERE": str(machine), **environment}
    return subprocess.Popen(
        ["sh", str(machine / "script"), *arguments], env=found, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def run(machine, *arguments, typed="", **environment):
    with begin(machine, *arguments, **environment) as process:
        said, complaint = process.communicate(typed, timeout=30)
    return process.returncode, said, complaint


def asked(machine):
    return (machine / "asked").read_text(encoding="utf-8").split("\0")[:-1]


def test_the_command_has_the_services_settings_user_and_folder_and_no_privilege(machine):
    assert run(machine, "staff", "list")[0] == 0
    given = asked(machine)
    for one in (
        "--uid=onestop", "--gid=onestop", "--working-directory=/var/lib/onestop", "--property=UMask=0077",
        f"--property=EnvironmentFile={machine / 'onestop.env'}", "--setenv=ONESTOP_DATA_DIR=/var/lib/onestop",
        "--property=NoNewPrivileges=yes", "--property=CapabilityBoundingSet=", "--wait", "--pipe", "--collect",
    ):  # fmt: skip
        assert one in given, one
    assert given[-3:] == ["/opt/onestop/.venv/bin/onestop", "staff", "list"]


def test_words_arrive_as_they_were_given_dollar_signs_doubled_for_systemd(machine):
    words = ["王 小明", 'a "b" %h *', "$HOME", "x${HOME}$$", "", "two\nlines\n"]
    run(machine, *words)
    assert asked(machine)[-len(words) :] == [word.replace("$", "$$") for word in words]


def test_what_is_typed_arrives_and_the_exit_code_comes_back(machine):
    assert run(machine, "staff", "add", typed="a password\n", CODE="2") == (2, "a password\n", "")


def test_settings_that_cannot_be_read_are_refused_in_words_and_nothing_is_run(machine):
    (machine / "onestop.env").unlink()
    code, _, complaint = run(machine, "staff", "list")
    assert code == 1
    assert complaint.startswith(f"錯誤：讀不到服務的設定檔 {machine / 'onestop.env'}；請以 root 執行")
    (machine / "onestop.env").mkdir()
    assert run(machine, "staff", "list")[0] == 1
    assert not (machine / "asked").exists()


def test_what_systemd_could_not_start_is_told(machine):
    code, _, complaint = run(machine, "staff", "list", CODE="203")
    assert code == 203
    assert "systemd 無法啟動這個指令（203）；原因見 journalctl -u onestop-command-" in complaint


def test_breaking_it_off_ends_the_command_too(machine):
    with begin(machine, "worker", SLOW="2") as process:
        until = time.monotonic() + 20
        while not (machine / "begun").exists() and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    unit = next(one for one in asked(machine) if one.startswith("--unit=")).removeprefix("--unit=")
    assert process.returncode == 130
    assert (machine / "stopped").read_text() == f"stop {unit}.service\n"
