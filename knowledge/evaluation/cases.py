"""Reads labelled enquiries: the held-out ones in the repo and files named on the command line."""

import json
from dataclasses import dataclass
from pathlib import Path

from knowledge.loading import DATA

HELDOUT = DATA / "heldout"
SECOND = DATA / "heldout2"
NEAR = DATA / "heldout4"
FIRMS = DATA / "heldout5" / "firms.tsv"
"""Questions as firms write them, and near misses (knowledge/evaluation/direct.py)."""
THIRD = DATA / "heldout3"
ALERTS = Path(__file__).parent / "alerts.tsv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One labelled enquiry. `faq` is None where no entry covers it, and `labelled` False where nobody said."""

    text: str
    language: str
    category: str
    style: str
    faq: frozenset[str]
    faq_labelled: bool
    alert: str | None
    alert_labelled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two questions that must never get each other's answer."""

    first: str
    second: str
    first_faq: str | None
    second_faq: str | None


def _case(raw: dict[str, object]) -> Case:
    accepted = raw.get("accept")
    ids = [str(raw["faq"])] if raw.get("faq") else []
    return Case(
        text=str(raw["text"]),
        language=str(raw.get("lang", "?")),
        category=str(raw["category"]),
        style=str(raw.get("style") or raw.get("source") or "?"),
        faq=frozenset([*ids, *(accepted if isinstance(accepted, list) else [])]),
        faq_labelled="faq" in raw,
        alert=str(raw["alert"]) if raw.get("alert") else None,
        alert_labelled="alert" in raw,
    )


def read(path: Path) -> tuple[list[Case], list[Pair]]:
    """The cases and opposite pairs of one JSONL file."""
    cases: list[Case] = []
    pairs: list[Pair] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        raw = json.loads(line)
        if "a" in raw and "b" in raw:
            pairs.append(Pair(first=raw["a"], second=raw["b"], first_faq=raw.get("faq_a"), second_faq=raw.get("faq_b")))
        elif "text" in raw and raw.get("category"):
            cases.append(_case(raw))
    return cases, pairs


def read_all(folder: Path) -> tuple[list[Case], list[Pair]]:
    """Everything in the JSONL files of a folder."""
    cases: list[Case] = []
    pairs: list[Pair] = []
    for path in sorted(folder.glob("*.jsonl")):
        more, opposite = read(path)
        cases += more
        pairs += opposite
    return cases, pairs


def alert_sets() -> dict[str, list[tuple[str, str | None]]]:
    """The alert sets by name: the package's own, which the rules were made with, and those of both further hands."""
    paths = [*sorted(SECOND.glob("alerts*.tsv")), *sorted(THIRD.glob("alerts*.tsv"))]
    return {"own set": _alerts(ALERTS)} | {path.stem: _alerts(path) for path in paths}


def _alerts(path: Path) -> list[tuple[str, str | None]]:
    rows = [r.split("\t") for r in path.read_text(encoding="utf-8").splitlines() if r and not r.startswith("#")]
    return [(text, None if kind == "-" else kind) for text, kind in rows]
