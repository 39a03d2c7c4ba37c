"""The list of what a release is made of."""

from __future__ import annotations

import json
import subprocess
import sys

from tests.architecture.test_locks import pins, project
from tests.architecture.tree import ROOT


def listed() -> dict[str, object]:
    made = subprocess.run([sys.executable, ROOT / "deploy/sbom.py"], check=True, capture_output=True, text=True).stdout
    return json.loads(made)


def test_the_list_holds_every_package_of_the_lock_with_its_hashes() -> None:
    found = listed()
    assert (found["bomFormat"], found["specVersion"]) == ("CycloneDX", "1.6")
    locked = {
        (name, version) for (name, marker), version in pins("requirements.lock").items() if "'never'" not in marker
    }
    assert {(one["name"], one["version"]) for one in found["components"]} == locked
    assert all(one["hashes"] and one["purl"].startswith("pkg:pypi/") for one in found["components"])


def test_what_we_ask_for_ourselves_hangs_on_the_product_and_all_else_on_something() -> None:
    found = listed()
    wants = {one["ref"]: one["dependsOn"] for one in found["dependencies"]}
    product = found["metadata"]["component"]["bom-ref"]
    ours = {one.split("/")[1].split("@")[0] for one in wants[product]}
    asked = {one.split(">")[0].split("[")[0].strip().lower() for one in project()["run"]}
    assert asked <= ours
    reached = {ref for wanted in wants.values() for ref in wanted}
    assert {one["bom-ref"] for one in found["components"]} == reached


def test_the_same_lock_gives_the_same_list() -> None:
    assert listed() == listed()
