"""The texts of articles that answers rest on, by hash: what was read, and whether a newer text says something else.

A basis row names law, article and version. The store holds the text of each such article (statutes carry no copyright,
著作權法 §9). When a newer text is imported, an answer whose article reads otherwise is stopped until its owner confirms
it by naming the newer version; where only the law's date changed it stands.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from knowledge.entries import Basis, FaqEntry
from knowledge.files.dumping import BlockDumper

_ARTICLES = re.compile(r"§\s*(\d+(?:-\d+)?)")
_SPACE = re.compile(r"\s+")
FOLDER = "clauses"
"""The folder of the store, below the data that ships and below the branch's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The text of one article in one version (the date of the law's last change, YYYY-MM-DD)."""

    law: str
    article: str
    version: str
    text: str

    @property
    def sha256(self) -> str:
        """The hash of the text without its layout: the same words have the same hash."""
        return digest(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An article that reads otherwise now than in the version that an entry rests on."""

    entry_id: str
    read: Clause
    now: Clause


@dataclass(frozen=True, slots=True)
class Clauses:
    """All stored texts, by law and article; the newest version last."""

    by_article: Mapping[tuple[str, str], tuple[Clause, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, clauses: Iterable[Clause]) -> "Clauses":
        """A store of these texts, each version of an article once."""
        found: dict[tuple[str, str], dict[str, Clause]] = {}
        for clause in clauses:
            found.setdefault((clause.law, clause.article), {})[clause.version] = clause
        return cls({key: tuple(by[v] for v in sorted(by)) for key, by in found.items()})

    def every(self) -> Iterator[Clause]:
        """Every text, by law and article."""
        return (clause for key in sorted(self.by_article) for clause in self.by_article[key])

    def with_more(self, more: Iterable[Clause]) -> "Clauses":
        """The same with these texts added."""
        return Clauses.of([*self.every(), *more])

    def read_for(self, basis: Basis) -> tuple[Clause, ...]:
        """The texts that a basis row rests on, as far as they are stored."""
        return tuple(
            clause
            for article in articles(basis.article)
            for clause in self.by_article.get((basis.law, article), ())
            if clause.sha256 in basis.clause or (not basis.clause and clause.version == day(basis.version))
        )

    def changes(self, entries: Iterable[FaqEntry]) -> tuple[Change, ...]:
        """Where the newest text of an article is not the one an entry rests on."""
        return tuple(
            Change(entry_id=entry.id, read=clause, now=newest)
            for entry in entries
            for basis in entry.basis
            for clause in self.read_for(basis)
            if (newest := self.by_article[(clause.law, clause.article)][-1]).version > clause.version
            and newest.sha256 != clause.sha256
        )

    def stop(self, entries: Iterable[FaqEntry]) -> tuple[FaqEntry, ...]:
        """The entries, those whose article changed marked as stopped."""
        every = tuple(entries)
        why: dict[str, list[str]] = {}
        for change in self.changes(every):
            article = f"{change.read.law}{change.read.article}"
            why.setdefault(change.entry_id, []).append(f"{article}（{change.read.version} → {change.now.version}）")
        if not why:
            return every
        return tuple(replace(entry, stopped="、".join(why.get(entry.id, ()))) for entry in every)


def digest(text: str) -> str:
    """SHA-256 of a text without white space."""
    return hashlib.sha256(_SPACE.sub("", text).encode()).hexdigest()


def articles(cited: str) -> tuple[str, ...]:
    """The articles that a basis names: `§7、§8-1` gives `§7` and `§8-1`."""
    return tuple(f"§{number}" for number in _ARTICLES.findall(cited))


def day(version: str) -> str:
    """A date in digits (20180801, 2018-08-01版) as YYYY-MM-DD; '' where there is none."""
    digits = re.sub(r"\D", "", version)[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if len(digits) == 8 else ""


def read_store(folders: Iterable[Path]) -> Clauses:
    """The texts stored below these data folders."""
    found = []
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for folder in folders:
        for path in sorted((folder / FOLDER).glob("*.yaml")):
            rows: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader) or []  # noqa: S506
            found += [Clause(**{name: str(row[name]) for name in _FIELDS}) for row in rows]
    return Clauses.of(found)


_FIELDS = ("law", "article", "version", "text")


def write_store(folder: Path, clauses: Clauses) -> int:
    """Write the texts below a data folder, one file a law; gives how many texts."""
    target = folder / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    by_law: dict[str, list[dict[str, str]]] = {}
    for clause in clauses.every():
        row = {"law": clause.law, "article": clause.article, "version": clause.version, "sha256": clause.sha256}
        by_law.setdefault(clause.law, []).append({**row, "text": clause.text})
    for law, rows in by_law.items():
        content = yaml.dump(rows, Dumper=BlockDumper, allow_unicode=True, sort_keys=False, width=120)
        (target / f"{law}.yaml").write_text(content, encoding="utf-8")
    return sum(len(rows) for rows in by_law.values())
