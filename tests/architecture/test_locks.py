"""The locks: every package by hash, no address, one version of each, nothing undeclared."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.architecture.tree import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-eval.lock")
SITE = "requirements-docs.lock"
"""Of an environment of its own, in which the documents become a site."""
REQUIREMENT = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(?: ; (.+?))? \\$")
PDF, TRACING = "requirements-pdf.lock", "requirements-tracing.lock"
"""Of extras that are put into the environment of the product."""
HASH = re.compile(r"^    --hash=sha256:[0-9a-f]{64}(?: \\)?$")


def pins(lock: str) -> dict[tuple[str, str], str]:
    """(name, marker) to version, read line by line; an unknown kind of line is an error."""
    found: dict[tuple[str, str], str] = {}
    hashes = 0
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if match := REQUIREMENT.match(line):
            assert hashes or not found, f"{lock}: no hash before {line}"
            hashes = 0
            found[match[1], match[3] or ""] = match[2]
        elif HASH.match(line):
            hashes += 1
        else:
            assert line.lstrip().startswith("#"), f"{lock}: {line}"
    assert hashes, f"{lock}: no hash at the end"
    return found


def normal(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def project() -> dict[str, list[str]]:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {"run": data["project"]["dependencies"], **data["dependency-groups"]}


@pytest.mark.parametrize("lock", [*LOCKS, SITE])
def test_a_lock_holds_hashes_and_no_address(lock: str) -> None:
    assert len(pins(lock)) > 20
    assert "://" not in (ROOT / lock).read_text(encoding="utf-8")


def test_an_extra_is_locked_alone_and_by_hash() -> None:
    assert {name for name, _ in pins(PDF)} == {"typst"}
    for extra in (PDF, TRACING):
        assert "://" not in (ROOT / extra).read_text(encoding="utf-8")


def test_an_extra_changes_no_package_of_the_product() -> None:
    run = {name: version for (name, _), version in pins("requirements.lock").items()}
    for extra in (PDF, TRACING):
        assert {name for (name, _), version in pins(extra).items() if run.get(name, version) != version} == set()


@pytest.mark.parametrize(("smaller", "bigger"), [LOCKS[:2], LOCKS[1:]])
def test_a_bigger_lock_holds_the_smaller(smaller: str, bigger: str) -> None:
    wider = pins(bigger)
    assert {pin: version for pin, version in pins(smaller).items() if wider.get(pin) != version} == {}


@pytest.mark.parametrize(
    ("lock", "groups"),
    [
        ("requirements.lock", ["run"]),
        ("requirements-dev.lock", ["run", "test", "check", "tracing"]),
        ("requirements-eval.lock", ["run", "test", "check", "tracing", "eval"]),
        (SITE, ["docs"]),
        (PDF, ["pdf"]),
        (TRACING, ["tracing"]),
    ],
)
def test_everything_declared_is_locked(lock: str, groups: list[str]) -> None:
    names = {name for name, _ in pins(lock)}
    assert {normal(each) for group in groups for each in project()[group]} - names == set()


def test_django_is_never_installed() -> None:
    markers = {marker for lock in LOCKS for name, marker in pins(lock) if name == "django"}
    assert markers
    assert all("sys_platform == 'never'" in marker for marker in markers)


def test_every_dependency_is_explained() -> None:
    explained = (ROOT / "docs/decisions/0007-dependencies.md").read_text(encoding="utf-8")
    names = {normal(each) for group in project().values() for each in group}
    assert {name for name in names if f"| {name} |" not in explained.lower()} == set()
