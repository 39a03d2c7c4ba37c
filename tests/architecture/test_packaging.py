"""What leaves the repository: the wheel holds every file, the image runs without root, compose holds no secret."""

from __future__ import annotations

import os
import re
import tomllib
from fnmatch import fnmatch

import pytest
import yaml

from tests.architecture.tree import PACKAGES, ROOT, shown

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]


def test_every_kind_of_file_in_the_packages_goes_into_the_wheel() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    left_out = [
        shown(path)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file()
        and path.suffix not in {".py", ".pyc"}
        and not any(fnmatch(path.name, pattern) for pattern in patterns)
    ]
    assert left_out == []


def test_what_the_image_copies_is_let_through() -> None:
    ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = {line[1:].rstrip("/") for line in ignore if line.startswith("!")}
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    assert copies
    assert {name for copy in copies for name in copy.split()} <= let_through


def test_the_image_runs_without_root_and_is_watched() -> None:
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d+$", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n +CMD .*/healthz", final, re.MULTILINE)
    assert "--require-hashes" in DOCKERFILE


def test_compose_starts_a_database_then_the_schema_then_two_replicas_and_a_worker() -> None:
    assert set(COMPOSE) == {"database", "migrate", "app", "worker", "backup"}
    assert COMPOSE["app"]["deploy"]["replicas"] == 2
    assert COMPOSE["app"]["command"][:2] == ["serve", "--no-worker"]
    assert COMPOSE["worker"]["command"] == ["worker"]
    for name in ("app", "worker"):
        assert COMPOSE[name]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
        assert COMPOSE[name]["read_only"] is True


@pytest.mark.parametrize("name", COMPOSE)
def test_what_compose_starts_has_bounds_and_logs_that_end(name: str) -> None:
    service = COMPOSE[name]
    assert {"mem_limit", "memswap_limit", "cpus", "pids_limit"} <= set(service)
    assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_images_can_be_pinned_where_they_are_deployed() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    for image in (COMPOSE["database"]["image"], COMPOSE["app"]["build"]["args"]["PYTHON_IMAGE"]):
        found = re.fullmatch(r"\$\{([A-Z_]+):-[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}\}", image)
        assert found, image
        assert f"\n{found[1]}=\n" in example


def test_a_copy_is_made_every_night_and_old_ones_go() -> None:
    script = COMPOSE["backup"]["command"][0]
    assert 'onestop backup "$$made" --keep-days 14 ' in script
    assert "--no-files" not in script
    # Not at one minute of the day alone, which a loop that sleeps may miss.
    assert re.search(r'-ge 0230 \] && \[ ! -e "\$\$made" \]', script)
    assert any(volume.endswith(":/backup") for volume in COMPOSE["backup"]["volumes"])


def test_no_secret_stands_in_the_files_of_a_deployment() -> None:
    for service in COMPOSE.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name or "URL" in name:
                assert "${POSTGRES_PASSWORD:?" in value, name
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    filled = re.findall(r"^(\w*(?:SECRET|TOKEN|PASSWORD|KEY)\w*)=(.+)$", example, re.MULTILINE)
    assert filled == []


def test_the_full_run_can_be_started() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    text = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "export ONESTOP_TEST_REQUIRE=postgres,browser\nmake test\n" in text
