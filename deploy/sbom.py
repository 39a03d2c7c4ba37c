"""The list of what a release is made of, CycloneDX 1.6 in JSON, from the lock that it installs.

``python deploy/sbom.py [LOCK] > onestop.cdx.json``. The same lock gives the same bytes: no clock, no network.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parents[1]
_PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9._-]*)==(?P<version>\S+?)(?: ; (?P<marker>.+?))? \\$")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_VIA = re.compile(r"^    #\s+(?:via )?([a-z0-9][a-z0-9._-]*)")
NEVER = "sys_platform == 'never'"
"""The marker of what is overridden away and never installed."""


def packages(lock: str) -> list[dict[str, Any]]:
    """Every package that a lock installs: name, version, when, hashes, and what wants it."""
    found: list[dict[str, Any]] = []
    for line in lock.splitlines():
        if pin := _PIN.match(line):
            found.append({**pin.groupdict(), "hashes": [], "wanted_by": []})
        elif found and (digest := _HASH.search(line)):
            found[-1]["hashes"].append(digest[1])
        elif found and (via := _VIA.match(line)) and via[1] != "via":
            found[-1]["wanted_by"].append(via[1])
    return [one for one in found if NEVER not in (one["marker"] or "")]


def bill(lock: str, *, name: str, version: str) -> dict[str, Any]:
    """The list, as CycloneDX says it."""
    found = packages(lock)
    product = f"pkg:generic/{name}@{version}"
    refs = {one["name"]: f"pkg:pypi/{one['name']}@{one['version']}" for one in found}
    wants: dict[str, list[str]] = {product: [], **{ref: [] for ref in refs.values()}}
    for one in found:
        for by in one["wanted_by"]:
            wants[product if by == name else refs.get(by, product)].append(refs[one["name"]])
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, hashlib.sha256(lock.encode()).hexdigest())}",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": product, "name": name, "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": [
            {
                "type": "library", "bom-ref": refs[one["name"]], "name": one["name"], "version": one["version"],
                "purl": refs[one["name"]], "scope": "optional" if one["marker"] else "required",
                "hashes": [{"alg": "SHA-256", "content": digest} for digest in one["hashes"]],
                **({"properties": [{"name": "python:marker", "value": one["marker"]}]} if one["marker"] else {}),
            }
            for one in found
        ],
        "dependencies": [{"ref": ref, "dependsOn": sorted(set(wanted))} for ref, wanted in wants.items()],
    }  # fmt: skip


def main() -> None:
    """Print the list of a lock; that of the product unless another is named."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.lock"
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found = bill(lock.read_text(encoding="utf-8"), name=project["name"], version=project["version"])
    json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
    print()


if __name__ == "__main__":
    main()
