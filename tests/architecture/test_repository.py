"""Nothing in the repository belongs to one machine, names a package registry or is a secret."""

from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT, files, shown

# Written so that this file does not match itself.
MACHINE = re.compile(r"(?<![\w.])/(?:work|root|home/[a-z]+|Users/\w+|tmp)/(?=\w)")
REGISTRY = re.compile(r"pypi[.]org|python[h]osted|registry[.]npmjs|find-links|index-url\s*=?\s*http", re.IGNORECASE)
SECRET = re.compile(r"-{5}BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bghp_\w{36}\b")


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{shown(path)}:{number}: {line.strip()[:100]}"
        for path in files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_machine_paths() -> None:
    assert lines_with(MACHINE) == []


def test_no_registry_addresses() -> None:
    assert [line for line in lines_with(REGISTRY) if not line.startswith(shown(ROOT / "tests/architecture"))] == []


def test_no_secrets() -> None:
    assert lines_with(SECRET) == []


@pytest.mark.parametrize("line", ["cd " + "/work" + "/main", 'open("' + "/Users" + '/ann/x")', "/home" + "/ann/repo"])
def test_a_machine_path_is_found(line: str) -> None:
    assert MACHINE.search(line)


@pytest.mark.parametrize("line", ["tmpfs: [/tmp]", "GET /api/work/list", "https://x.gov.tw/home/index"])
def test_an_address_is_no_machine_path(line: str) -> None:
    assert not MACHINE.search(line)


def test_the_licence_is_apache_whole() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Version 2.0, January 2004" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text.splitlines()) == 202
