"""Takes newer law texts into the branch's own store, and says what reads otherwise and which answers that stops."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from knowledge.entries import FaqEntry
from knowledge.law.clauses import Change, Clause, Clauses, articles, day, read_store, write_store


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What is known of the articles that entries rest on."""

    stored: int
    """Cited articles whose text as it was read is stored."""
    unknown: tuple[str, ...]
    """Cited articles without it: `law §article (version)`; a change of these is not seen."""
    changes: tuple[Change, ...]


def state(entries: Iterable[FaqEntry], clauses: Clauses) -> State:
    """How far the entries' articles are stored, and which read otherwise now."""
    every = tuple(entries)
    stored, unknown = 0, set()
    for entry in every:
        for basis in entry.basis:
            read = {clause.article for clause in clauses.read_for(basis)}
            for article in articles(basis.article):
                if article in read:
                    stored += 1
                else:
                    unknown.add(f"{basis.law} {article}（{day(basis.version) or '未註明版本'}）")
    return State(stored=stored, unknown=tuple(sorted(unknown)), changes=clauses.changes(every))


def cited(entries: Iterable[FaqEntry]) -> frozenset[tuple[str, str]]:
    """Law and article of everything that entries rest on."""
    return frozenset((b.law, article) for entry in entries for b in entry.basis for article in articles(b.article))


def newer(entries: Iterable[FaqEntry], known: Clauses, found: Iterable[Clause]) -> tuple[Clause, ...]:
    """Of the texts found, those of cited articles that are not stored and not older than what is stored."""
    wanted = cited(entries)
    more = []
    for clause in found:
        key = (clause.law, clause.article)
        if key not in wanted:
            continue
        stored = known.by_article.get(key, ())
        if not any(clause.version == old.version for old in stored) and (
            not stored or clause.version > stored[-1].version
        ):
            more.append(clause)
    return tuple(more)


def keep(overlay: Path, more: Iterable[Clause]) -> int:
    """Add texts to the branch's own store; gives how many it holds then."""
    return write_store(overlay, read_store([overlay]).with_more(more))


def difference(change: Change) -> list[str]:
    """What changed in an article, line by line: `-` as it was read, `+` as it reads now."""
    lines = difflib.unified_diff(change.read.text.splitlines(), change.now.text.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:3] not in {"---", "+++"} and not line.startswith("@@")]
