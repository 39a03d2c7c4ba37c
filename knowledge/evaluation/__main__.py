"""`make eval`: measures the understanding and the usual ways beside it.

    python -m knowledge.evaluation --out data/eval.json [--file FILE.jsonl …] [--gate] [--no-baselines]

The held-out enquiries in knowledge/data/heldout and heldout2 are measured, and each file named as a set of its own.
--gate ends with 1 when a figure falls below knowledge/data/model/floor.yaml.
"""

import argparse
import json
import sys
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from knowledge.evaluation.cases import HELDOUT, SECOND, read, read_all
from knowledge.evaluation.direct import direct_figures, near_miss_figures
from knowledge.evaluation.measure import measure
from knowledge.evaluation.report import below, direct_table, fallen, guarded_direct, remember, table
from knowledge.loading import DATA, load_knowledge
from knowledge.understand import Understander


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="write all figures here as JSON")
    parser.add_argument(
        "--file", type=Path, nargs="*", default=[], help="further labelled files (id, text, lang, category)"
    )
    parser.add_argument("--cache", type=Path, help="directory for fitted weights")
    parser.add_argument("--history", type=Path, help="append a line here, for example docs/eval-history.jsonl")
    parser.add_argument("--date", type=date.fromisoformat, help="the date written into the history")
    parser.add_argument("--gate", action="store_true", help="fail when quality drops below the recorded floor")
    parser.add_argument("--no-baselines", action="store_true")
    return parser.parse_args()


def main() -> int:
    """Measure, print, write; returns the exit code."""
    arguments = _arguments()
    base = load_knowledge()
    sets = {
        "heldout": read_all(HELDOUT),
        "heldout2": read_all(SECOND),
        **{path.stem: read(path) for path in arguments.file},
    }
    results = {}
    for name, (cases, pairs) in sets.items():
        if not cases:
            continue
        results[name] = measure(base, cases, pairs, beside=not arguments.no_baselines, cache=arguments.cache)
        print(table(name, results[name]), end="\n\n")
        if arguments.history:
            remember(arguments.history, name, results[name], arguments.date)
    understander = Understander(base, cache=arguments.cache)
    direct, near = direct_figures(understander), near_miss_figures(understander)
    print(direct_table(direct, near), end="\n\n")
    results["heldout4"] = {"direct": direct, "near": near}
    if arguments.out:
        arguments.out.parent.mkdir(parents=True, exist_ok=True)
        arguments.out.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    return _gate(results) if arguments.gate else 0


def _gate(results: dict[str, dict[str, Any]]) -> int:
    floor = yaml.safe_load((DATA / "model" / "floor.yaml").read_text(encoding="utf-8"))
    own = results["heldout4"]
    slips = [f"heldout4: {slip}" for slip in below(guarded_direct(own["direct"], own["near"]), floor.pop("heldout4"))]
    slips += [f"{name}: {slip}" for name in floor if name in results for slip in fallen(results[name], floor[name])]
    for slip in slips:
        print(f"gate: {slip}", file=sys.stderr)
    return 1 if slips else 0


if __name__ == "__main__":
    sys.exit(main())
