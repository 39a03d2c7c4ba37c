"""Locked packages are compared with the advisories that lie beside, as OSV's schema says (S14)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from deploy import advisories
from tests.architecture.tree import ROOT

SNAPSHOT = json.loads((ROOT / "deploy/advisories.json").read_text(encoding="utf-8"))
FIXED = [{"introduced": "0"}, {"fixed": "1.26.18"}, {"introduced": "2.0.0"}, {"fixed": "2.0.7"}]


def advisory(*events: dict[str, str], versions: tuple[str, ...] = ()) -> dict[str, object]:
    """One as the snapshot keeps it."""
    return {
        "id": "PYSEC-0000-1", "aliases": ["CVE-0000-1"], "package": "urllib3",
        "ranges": [list(events)] if events else [], "versions": list(versions),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("1.26.17", True), ("1.26.18", False), ("1.27", False), ("2.0.0rc1", False), ("2.0.6", True), ("2.0.7", False),
        ("2.7.0", False),
    ],
)  # fmt: skip
def test_a_release_is_affected_between_where_a_fault_came_and_where_it_went(version, affected):
    assert advisories.affects(advisory(*FIXED), version) is affected


def test_the_order_of_events_does_not_matter():
    assert advisories.affects(advisory(*FIXED[2:], *FIXED[:2]), "1.26.17")
    assert not advisories.affects(advisory(*FIXED[2:], *FIXED[:2]), "1.27")


def test_the_last_affected_release_is_affected():
    found = advisory({"introduced": "0"}, {"last_affected": "3.1"})
    assert advisories.affects(found, "3.1")
    assert not advisories.affects(found, "3.1.1")


def test_a_list_of_releases_serves_where_there_is_no_range():
    assert advisories.affects(advisory(versions=("1.0", "1.1")), "1.1")
    assert not advisories.affects(advisory(versions=("1.0", "1.1")), "1.2")


def test_what_is_affected_is_said_with_the_release_that_mends_it(tmp_path, capsys):
    """By the command as people run it: an old release of a package that the snapshot knows."""
    one = next(one for one in SNAPSHOT["advisories"] if one["ranges"] and "fixed" in one["ranges"][0][-1])
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"{one['package']}==0.0.1 \\\n    --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, ROOT / "deploy/advisories.py", lock], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert f"{one['package']} 0.0.1: {one['id']}" in done.stdout
    assert one["ranges"][0][-1]["fixed"] in done.stdout


def test_nothing_that_is_locked_is_known_to_be_vulnerable():
    done = subprocess.run([sys.executable, ROOT / "deploy/advisories.py"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert SNAPSHOT["state_of"] in done.stdout


def test_the_snapshot_says_whose_it_is_and_of_which_day():
    assert SNAPSHOT["source"].startswith("PyPA Advisory Database, https://")
    assert date.fromisoformat(SNAPSHOT["state_of"]) >= date(2024, 10, 10)
    assert len(SNAPSHOT["advisories"]) > 200


def test_a_snapshot_is_taken_of_what_is_locked_and_not_withdrawn(tmp_path):
    (tmp_path / "one.yaml").write_text(
        "id: PYSEC-0000-1\naffected:\n- package: {ecosystem: PyPI, name: Url_Lib3}\n"
        "  ranges:\n  - {type: GIT, events: [{introduced: '0'}]}\n"
        "  - {type: ECOSYSTEM, events: [{introduced: 1.10}, {fixed: '2'}]}\n  versions: ['1.10']\n",
        encoding="utf-8",
    )
    other = {"id": "GHSA-1", "affected": [{"package": {"ecosystem": "npm", "name": "url-lib3"}}]}
    gone = {"id": "PYSEC-0000-2", "withdrawn": "2024-01-01T00:00:00Z", "affected": []}
    for name, value in (("other.json", other), ("gone.json", gone)):
        (tmp_path / name).write_text(json.dumps(value), encoding="utf-8")
    assert advisories.taken(tmp_path, ["url-lib3"]) == [{
        "id": "PYSEC-0000-1", "aliases": [], "package": "url-lib3",
        "ranges": [[{"introduced": "1.10"}, {"fixed": "2"}]], "versions": [],
    }]  # fmt: skip


def test_a_file_that_is_no_advisory_is_named(tmp_path):
    (tmp_path / "readme.yaml").write_text("- a list\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"readme\.yaml is no advisory"):
        advisories.taken(Path(tmp_path), ["urllib3"])
