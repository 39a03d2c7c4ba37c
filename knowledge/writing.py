"""Writes entries back as the YAML they are edited in, and lays imported ones over the shipped knowledge."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import yaml

from knowledge.entries import Basis, FaqEntry, Tariff
from knowledge.files.dumping import BlockDumper
from knowledge.loading import DATA, KnowledgeError, read_entries
from knowledge.vocabulary import FOREIGN_LANGUAGES

IMPORTED = "imported.yaml"
"""The overlay file that imports are kept in."""


def as_data(entry: FaqEntry) -> dict[str, Any]:
    """An entry as plain data in the order of the documentation; empty optional fields left out."""
    raw = asdict(entry)
    raw |= {"category": str(entry.category), "kind": str(entry.kind), "parks": str(entry.parks)}
    del raw["stopped"]
    raw["basis"] = [_basis(b) for b in entry.basis]
    raw["tariff"] = [_tariff(row) for row in entry.tariff]
    raw["aspects"] = [str(a) for a in entry.aspects]
    raw["phrasings"] = {group: list(texts) for group, texts in entry.phrasings.items()}
    for language in FOREIGN_LANGUAGES:
        if not entry.speaks(language):
            del raw[language]
    for name in ("facts", "prepare", "related"):
        raw[name] = list(raw[name])
    optional = ("details", "prepare", "where", "duration", "related", "aspects", "fill", "tariff")
    return {k: v for k, v in raw.items() if k not in optional or v}


def _basis(basis: Basis) -> dict[str, Any]:
    raw = asdict(basis)
    raw["read"] = basis.read.isoformat() if basis.read else ""
    raw["clause"] = list(basis.clause)
    optional = ("paragraph", "read", "clause")
    return {k: v for k, v in raw.items() if k not in optional or v}


def _tariff(row: Tariff) -> dict[str, Any]:
    """A row with its amounts as text, so that no decimal is lost."""
    raw = asdict(row)
    raw |= {"units": list(row.units), "words": list(row.words), "price": f"{row.price:f}"}
    raw["first"] = f"{row.first:f}" if row.first is not None else ""
    raw["minimum"] = f"{row.minimum:f}" if row.minimum else ""
    optional = ("first", "minimum", "words", "named_only")
    return {k: v for k, v in raw.items() if (k not in optional or v) and (k, v) != ("included", 1)}


def as_yaml(entries: Iterable[FaqEntry]) -> str:
    """Entries as a knowledge file; reading it again gives the same entries."""
    return yaml.dump([as_data(e) for e in entries], Dumper=BlockDumper, allow_unicode=True, sort_keys=False, width=110)


def import_files(files: Sequence[Path], overlay: Path, directory: Path = DATA) -> int:
    """Lay the entries of these files over the shipped ones; an entry already imported is replaced by its id.

    Returns the number of entries taken over.

    Raises:
        KnowledgeError: any entry has a slip; then nothing is changed.
    """
    target = overlay / "faq" / IMPORTED
    new, problems = read_entries(files)
    ids = {entry.id for entry in new}
    kept = tuple(e for e in read_entries([target])[0] if e.id not in ids) if target.exists() else ()
    errors = [p for p in problems if not p.warning]
    if not errors:
        written = as_yaml((*kept, *new))
        target.parent.mkdir(parents=True, exist_ok=True)
        trial = target.with_suffix(".new")
        trial.write_text(written, encoding="utf-8")
        _, together = read_entries(sorted((directory / "faq").glob("*.yaml")), replaced_by=[trial])
        errors = [p for p in together if not p.warning and p.file == trial.name]
        if errors:
            trial.unlink()
        else:
            trial.replace(target)
    if errors:
        raise KnowledgeError(errors)
    return len(new)
