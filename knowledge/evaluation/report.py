"""Prints the figures as one table, keeps their history, and compares them with the floor they must not fall below."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


_BESIDE = (
    ("recall@1", "recall_1"),
    ("recall@3", "recall_3"),
    ("AUROC", "auroc"),
    ("p50 ms", "p50_ms"),
    ("p99 ms", "p99_ms"),
    ("fit s", "fit_s"),
)


def _number(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def rows(figures: Figures) -> Iterator[tuple[str, str]]:
    """The table, line by line."""
    for name, row in figures["category"].items():
        yield (
            f"category, {name} (n={row['n']})",
            f"accuracy {_number(row['accuracy'])}  macro-F1 {_number(row['macro_f1'])}",
        )
    faq = figures["faq"]
    if faq["covered"]:
        yield f"FAQ (n={faq['covered']})", f"recall@1 {_number(faq['recall_1'])}  recall@3 {_number(faq['recall_3'])}"
        share, precision = _number(faq["share_answered_of_answerable"]), _number(faq["precision_of_answered"])
        yield f"answered directly (n={faq['answered']})", f"share {share}  precision {precision}"
        yield (
            f"uncovered (n={faq['uncovered']})",
            f"answered {faq['uncovered_answered']}  AUROC {_number(faq['auroc'])}",
        )
    for name, row in figures["alerts"].items():
        if row["n"]:
            detail = f"recall {_number(row['recall'])}  false alarms {_number(row['false_alarms'])} (n={row['others']})"
            yield f"alerts, {name} (n={row['n']})", detail
    pairs = figures["opposites"]
    yield f"opposite pairs (n={pairs['pairs']})", f"answered {pairs['answered']}  crossed {pairs['crossed']}"
    for name, value in figures.get("robustness", {}).items():
        if name != "n" and value is not None:
            yield f"recall@1, {name}", _number(value)
    talk = figures["smalltalk"]
    yield f"small talk (n={talk['n']})", f"seen {talk['seen']}  answered with an entry {talk['answered']}"
    yield from _speed(figures.get("speed"))
    for name, row in figures.get("beside", {}).items():
        yield (
            f"beside: {name}",
            "  ".join(f"{label} {_number(row[key])}" for label, key in _BESIDE),
        )


def _speed(speed: Figures | None) -> Iterator[tuple[str, str]]:
    if speed is None:
        return
    for name, row in speed["sizes"].items():
        times = f"p50 {_number(row['p50_ms'])} ms  p99 {_number(row['p99_ms'])} ms"
        yield f"one question, {name}", f"{times}  (rapidfuzz cdist ratio: p50 {_number(row['cdist']['p50_ms'])} ms)"
    yield f"refit {speed['phrasings']}", f"{_number(speed['refit_s'])} s"


def direct_table(direct: Figures, near: Figures) -> str:
    """Direct answers by aspect, park and language, and near misses, each with n and its interval."""
    lines = [(f"direct, {name} (n={row['n']})", _direct(row)) for name, row in direct.items()]
    lines += [
        (f"near misses, {name} (n={row['n']})", f"kept {_number(row['kept'])} {_span(row['interval'])}")
        for name, row in near.items()
    ]
    width = max(len(name) for name, _ in lines)
    return "\n".join(["== heldout4", *(f"{name:<{width}}  {value}" for name, value in lines)])


def _direct(row: Figures) -> str:
    precision = f"precision {_number(row['precision'])} {_span(row['interval'])} of {row['answered']}"
    return f"share {_number(row['share'])}  {precision}"


def _span(interval: tuple[float, float] | None) -> str:
    return f"({interval[0]:.3f}-{interval[1]:.3f})" if interval else "(-)"


def guarded_direct(direct: Figures, near: Figures) -> dict[str, float]:
    """The figures of heldout4 that a change must not make worse; higher is better."""
    found: dict[str, float | None] = {
        "share_natural": direct["all"]["share"],
        "precision_natural": direct["all"]["precision"],
        "share_en": direct["language en"]["share"],
        "share_ja": direct["language ja"]["share"],
        "unknown_unanswered": 1.0 - direct["not known to be answered"]["share"],
    }
    found |= {f"near_{name}": row["kept"] for name, row in near.items()}
    return {name: value for name, value in found.items() if value is not None}


def below(now: dict[str, float], floor: dict[str, float]) -> list[str]:
    """What lies below the floor, as sentences; what has a floor and was not measured counts as fallen."""
    slips = []
    for name, least in floor.items():
        if name not in now:
            slips.append(f"{name} was not measured, its floor is {least:.3f}")
        elif now[name] < least:
            slips.append(f"{name} {now[name]:.3f} is below {least:.3f}")
    return slips


def table(title: str, figures: Figures) -> str:
    """One table for one set of cases."""
    lines = list(rows(figures))
    width = max(len(name) for name, _ in lines)
    return "\n".join(
        [f"== {title} ({figures['cases']} cases)", *(f"{name:<{width}}  {value}" for name, value in lines)]
    )


def guarded(figures: Figures) -> dict[str, float]:
    """The figures a change must not make worse, by name; higher is better."""
    found: dict[str, float | None] = {
        "category_accuracy": figures["category"]["all"]["accuracy"],
        "category_least_language": _least_language(figures["category"]),
        "recall_1": figures["faq"]["recall_1"],
        "recall_3": figures["faq"]["recall_3"],
        "precision_of_answered": figures["faq"]["precision_of_answered"],
        "share_answered": figures["faq"]["share_answered_of_answerable"],
        "alert_recall": figures["alerts"]["labelled"]["recall"],
        "alert_recall_least_set": min((row["recall"] for row in figures["alerts"].values() if row["n"]), default=None),
        "alerts_quiet_least_set": min(
            (1.0 - row["false_alarms"] for row in figures["alerts"].values() if row["others"]), default=None
        ),
        "alerts_quiet": _quiet(figures["alerts"]),
        "smalltalk_unanswered": 1.0 - figures["smalltalk"]["answered"] / max(figures["smalltalk"]["n"], 1),
        "opposites_kept": 1.0 - figures["opposites"]["crossed"] / max(figures["opposites"]["pairs"], 1),
    }
    return {name: value for name, value in found.items() if value is not None}


def _least_language(category: Figures) -> float | None:
    """The accuracy of the language that is worst understood."""
    return min((row["accuracy"] for name, row in category.items() if name.startswith("language ")), default=None)


def _quiet(alerts: Figures) -> float:
    """Share of messages without danger, of every set, that raise no alert."""
    others = sum(row["others"] for row in alerts.values())
    false = sum((row["false_alarms"] or 0.0) * row["others"] for row in alerts.values())
    return float(1.0 - false / max(others, 1))


def fallen(figures: Figures, floor: dict[str, float]) -> list[str]:
    """What lies below the floor, as sentences."""
    return below(guarded(figures), floor)


def remember(path: Path, title: str, figures: Figures, day: date | None) -> None:
    """Append one line of history: the guarded figures with the number of cases."""
    line = {"date": day.isoformat() if day else None, "set": title, "cases": figures["cases"]}
    line |= {name: round(value, 4) for name, value in guarded(figures).items()}
    with path.open("a", encoding="utf-8") as history:
        history.write(json.dumps(line, ensure_ascii=False) + "\n")
