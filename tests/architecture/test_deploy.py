"""Units, manifest and runbook name what there is: commands, settings, tests."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

import pytest
import yaml

from bot.settings import setting_names
from tests.architecture.tree import ROOT

UNITS = sorted((ROOT / "deploy/systemd").iterdir())
MANIFEST = list(yaml.safe_load_all((ROOT / "deploy/kubernetes.yaml").read_text(encoding="utf-8")))
RUNBOOK = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
ALL_TESTS = frozenset(
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^\s*def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
)
COMMANDS = {"serve", "worker", "migrate", "backup"}


def pods() -> Iterator[dict[str, object]]:
    """What the manifest would start."""
    yield from (part["spec"]["template"]["spec"] for part in MANIFEST if part["kind"] in {"Deployment", "Job"})


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
def test_a_unit_runs_a_command_of_ours_without_root_and_may_write_little(unit) -> None:
    text = unit.read_text(encoding="utf-8")
    started = re.findall(r"/opt/onestop/\.venv/bin/onestop (\w+)", text)
    assert started
    assert set(started) <= COMMANDS
    assert re.search(r"^User=onestop$", text, re.MULTILINE)
    for bound in ("ProtectSystem=strict", "NoNewPrivileges=yes", "CapabilityBoundingSet=", "UMask=0077"):
        assert f"\n{bound}\n" in text, bound
    assert set(re.findall(r"ONESTOP_\w+", text)) <= set(setting_names())


def test_a_command_as_the_service_has_its_user_settings_and_folder() -> None:
    """Before: `onestop staff unlock` on the machine looked for a database in the folder that it was called in."""
    script = (ROOT / "deploy/onestop-as-service").read_text(encoding="utf-8")
    unit = (ROOT / "deploy/systemd/onestop.service").read_text(encoding="utf-8")
    for name, asked in (("User", "--uid"), ("Group", "--gid"), ("WorkingDirectory", "--working-directory")):
        assert f"{asked}={re.search(rf'^{name}=(.+)$', unit, re.MULTILINE)[1]} " in script
    assert f"\nsettings={re.search(r'^EnvironmentFile=(.+)$', unit, re.MULTILINE)[1]}\n" in script
    assert "--setenv=ONESTOP_DATA_DIR=/var/lib/onestop " in script
    assert "ONESTOP_DATA_DIR=/var/lib/onestop" in unit
    assert os.access(ROOT / "deploy/onestop-as-service", os.X_OK)


def test_what_the_manifest_starts_is_ours_bound_and_watched() -> None:
    found = set()
    for pod in pods():
        (container,) = pod["containers"]
        found.add(container["args"][0])
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        assert "env" not in container
    assert found == {"serve", "worker", "migrate"}
    (app,) = (part for part in MANIFEST if part["metadata"]["name"] == "onestop-app" and part["kind"] == "Deployment")
    (container,) = app["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert container["livenessProbe"]["httpGet"]["path"] == "/healthz"


LINES = [
    line for line in RUNBOOK.splitlines() if line.startswith("| ") and not line.startswith(("| what |", "| what is"))
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[2:40])
def test_a_line_of_the_runbook_was_played_through_or_says_that_it_was_not(line) -> None:
    played = line.rstrip("| ").rpartition("|")[2]
    tests = re.findall(r"`(test_\w+)`", played)
    assert [name for name in tests if name not in ALL_TESTS] == []
    assert tests or re.search(r"`tests/[\w/]+\.py`|trial \d{4}-\d\d-\d\d|not tried", played), line
