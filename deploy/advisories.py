"""Which locked packages are known to be vulnerable, by a snapshot of advisories that lies beside this file.

``python deploy/advisories.py [LOCK ...]`` looks up every lock (all of the repository unless some are named) in
``advisories.json``, prints what is affected and by which releases it is mended, and exits with 1 if anything is.
``python deploy/advisories.py --take FOLDER --source TEXT --read DATE`` makes the snapshot anew from a folder of
advisories in the format of OSV (https://ossf.github.io/osv-schema/): YAML as in PyPA's advisory database, or JSON as
osv.dev gives it out. Only what names a locked package is kept, and of it only what the comparison needs. No network.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.version import InvalidVersion, Version

ROOT = Path(__file__).resolve().parents[1]
SNAPSHOT = Path(__file__).with_name("advisories.json")
_AsWritten = yaml.CBaseLoader
"""Every value is the text that stands there: release 1.10 is not the number 1.1."""
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A locked release that an advisory names; ``mended``: the releases that no longer have the fault."""

    lock: str
    package: str
    version: str
    id: str
    aliases: tuple[str, ...]
    mended: tuple[str, ...]


def canonical(name: str) -> str:
    """A package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> dict[str, str]:
    """Name and release of every package of a lock."""
    return {canonical(name): version for name, version in _PIN.findall(lock)}


def affects(advisory: Mapping[str, Any], version: str) -> bool:
    """Whether an advisory (as the snapshot keeps it) holds for a release, as OSV's schema evaluates it."""
    if version in advisory["versions"]:
        return True
    found = Version(version)
    return any(_within(events, found) for events in advisory["ranges"])


def _within(events: Iterable[Mapping[str, str]], version: Version) -> bool:
    """Go through the events of a range in the order of their releases: the last before or at this one decides."""
    inside = False
    for kind, bound in sorted(
        ((kind, _version(bound)) for event in events for kind, bound in event.items()), key=lambda event: event[1]
    ):
        if kind == "introduced" and bound <= version:
            inside = True
        elif (kind == "fixed" and bound <= version) or (kind == "last_affected" and bound < version):
            inside = False
    return inside


def _version(text: str) -> Version:
    """A release of an advisory; what is none by PEP 440 counts from its digits, so that nothing is passed over."""
    try:
        return Version(text)
    except InvalidVersion:
        return Version(".".join(re.findall(r"\d+", text)) or "0")


def look_up(name: str, lock: str, advisories: Iterable[Mapping[str, Any]]) -> list[Finding]:
    """What of a lock is affected."""
    locked = pins(lock)
    return [
        Finding(
            lock=name, package=one["package"], version=locked[one["package"]], id=one["id"],
            aliases=tuple(one["aliases"]),
            mended=tuple(event["fixed"] for events in one["ranges"] for event in events if "fixed" in event),
        )
        for one in advisories
        if one["package"] in locked and affects(one, locked[one["package"]])
    ]  # fmt: skip


def taken(folder: Path, packages: Iterable[str]) -> list[dict[str, Any]]:
    """The advisories of a folder that name one of these packages, in the order of their ids; none withdrawn.

    Raises:
        ValueError: A file that is no advisory; its name is said.
    """
    wanted = set(packages)
    found = [kept for advisory in _read(folder) for kept in _kept(advisory, wanted)]
    return sorted(found, key=lambda one: (one["package"], one["id"]))


def _read(folder: Path) -> Iterator[dict[str, Any]]:
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.json"))):
        text = path.read_text(encoding="utf-8")
        try:
            # Of this loader come texts, lists and mappings only.
            advisory = json.loads(text) if path.suffix == ".json" else yaml.load(text, Loader=_AsWritten)  # noqa: S506
            _ = advisory["id"], advisory["affected"]
        except (ValueError, yaml.YAMLError, KeyError, TypeError) as error:
            raise ValueError(f"{path.name} is no advisory in OSV's format: {error}") from error
        yield advisory


def _kept(advisory: Mapping[str, Any], wanted: set[str]) -> Iterator[dict[str, Any]]:
    if advisory.get("withdrawn"):
        return
    for affected in advisory["affected"]:
        package = affected.get("package", {})
        name = canonical(package.get("name", ""))
        if package.get("ecosystem") != "PyPI" or name not in wanted:
            continue
        ranges = [one["events"] for one in affected.get("ranges", ()) if one.get("type") == "ECOSYSTEM"]
        yield {
            "id": advisory["id"], "aliases": sorted(advisory.get("aliases", ())), "package": name,
            "ranges": [[dict(event) for event in events] for events in ranges],
            # The list repeats the ranges, so it is kept only where there are none.
            "versions": [] if ranges else [*affected.get("versions", ())],
        }  # fmt: skip


def main() -> int:
    """Look up, or take a new snapshot; the exit code."""
    parser = argparse.ArgumentParser(prog="python deploy/advisories.py", description=__doc__.splitlines()[0])
    parser.add_argument("locks", nargs="*", type=Path)
    parser.add_argument("--take", type=Path, metavar="FOLDER", help="make the snapshot anew from these advisories")
    parser.add_argument("--source", help="of the snapshot: who gives the advisories out, and which state of them")
    parser.add_argument("--read", help="of the snapshot: the day of that state, as 2026-11-30")
    given = parser.parse_args()
    locks = {
        path.name: path.read_text(encoding="utf-8") for path in given.locks or sorted(ROOT.glob("requirements*.lock"))
    }
    if given.take:
        if not (given.source and given.read):
            parser.error("--take needs --source and --read")
        advisories = taken(given.take, {name for lock in locks.values() for name in pins(lock)})
        made = {"source": given.source, "state_of": given.read, "advisories": advisories}
        SNAPSHOT.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    snapshot = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    found = [one for name, lock in locks.items() for one in look_up(name, lock, snapshot["advisories"])]
    for one in found:
        mended = " or ".join(one.mended) or "no release yet"
        print(f"{one.lock}: {one.package} {one.version}: {', '.join((one.id, *one.aliases))}; mended by {mended}")
    print(
        f"{len(found)} of {len(snapshot['advisories'])} advisories on locked packages hold for what is locked;"
        f" {snapshot['source']}, as of {snapshot['state_of']}: what was found since is not in it."
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
