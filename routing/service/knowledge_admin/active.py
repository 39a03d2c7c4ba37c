"""The active knowledge of one process: shipped files, the branch's approved entries, and what officers taught.

Every process looks at the version a few times a minute and fits anew in the background when it changed, so that an
approval is live on every replica without a restart.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import structlog
from sqlalchemy.orm import Session

from knowledge.entries import FaqEntry, KnowledgeBase
from knowledge.files.fields import Problem
from knowledge.law.clauses import FOLDER, Clauses, read_store
from knowledge.loading import DATA, load_knowledge, read_bodies
from knowledge.model.fitting import Plan
from knowledge.model.matching import KernelMatcher
from knowledge.overlay import Kind, Taught, TaughtUnderstander, lay_over
from knowledge.services import OnlineService, ServicesError, load_services
from knowledge.vocabulary import PHRASING_GROUPS, Category
from knowledge.writing import as_data, as_yaml
from routing.service.conversation.reader import Reader
from routing.service.knowledge_admin import answer_quality
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import Correction
from routing.store.maintenance import meta as meta_store
from routing.store.session import Database

_FITS_KEPT = 12

log = structlog.get_logger("knowledge")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveKnowledge:
    """The knowledge of one version."""

    version: str
    shipped: KnowledgeBase
    edited: tuple[FaqEntry, ...]
    taught: tuple[Taught, ...]
    base: KnowledgeBase
    services: tuple[OnlineService, ...]
    judged: Mapping[str, Sequence[tuple[str, bool]]] = field(default_factory=dict)
    """Verdicts on direct answers, by entry: the day, and whether it was right."""

    def reads_as(self, other: ActiveKnowledge) -> bool:
        """Whether texts are understood and answered alike: all but the online services is the same."""
        return (self.shipped, self.edited, self.taught) == (other.shipped, other.edited, other.taught)

    def with_taught(self, more: Iterable[Taught]) -> ActiveKnowledge:
        """The same knowledge with further corrections, as it would be."""
        taught = (*self.taught, *more)
        return ActiveKnowledge(
            version=f"{self.version}+", shipped=self.shipped, edited=self.edited, taught=taught,
            base=lay_over(self.shipped, self.edited, taught), services=self.services,
            judged=self.judged,
        )  # fmt: skip


class Knowledge:
    """Holds the active knowledge. Safe to share between threads; reads the database in the sessions it is given."""

    def __init__(
        self, database: Database, *, cache: Path | None, overlay: Path | None = None,
        shipped: Callable[[], KnowledgeBase] | None = None,
    ) -> None:  # fmt: skip
        """Nothing is read yet.

        ``cache``: folder of fits; ``overlay``: folder with entries imported by command; ``shipped``: gives what is in
        the files, where that was read already.
        """
        self._database = database
        self._cache = cache
        self._overlay = overlay
        self._load = shipped or (lambda: load_knowledge(overlay=overlay))
        self._lock = Lock()
        self._files: tuple[object, ...] | None = None
        self._shipped: KnowledgeBase | None = None
        self._clauses = Clauses()
        self._known: ActiveKnowledge | None = None
        self._fitted: ActiveKnowledge | None = None

    def active(self, session: Session) -> ActiveKnowledge:
        """The knowledge as this session sees it."""
        version = f"{store.version(session)}|{self._stamp()}|{hash(meta_store.read(session, answer_quality.ENTRY_KEY))}"
        with self._lock:
            if self._known is None or self._known.version != version:
                self._known = self._gather(session, version)
            return self._known

    def _stamp(self) -> tuple[object, ...]:
        """Changes when entries or law texts were imported by command."""
        if self._overlay is None:
            return ()
        files = sorted(file for folder in ("faq", FOLDER) for file in (self._overlay / folder).glob("*.yaml"))
        return tuple((file.name, file.stat().st_mtime_ns) for file in files)

    def _gather(self, session: Session, version: str) -> ActiveKnowledge:
        stamp = self._stamp()
        if self._shipped is None or stamp != self._files:
            self._shipped, self._files = self._load(), stamp
            self._clauses = self._newer_texts()
        judged = answer_quality.of_entries(session)
        shipped = replace(self._shipped, entries=answer_quality.stop(self._shipped.entries, judged))
        edited = self._clauses.stop(entries_of([row.body for row in store.approved(session)]))
        edited = answer_quality.stop(edited, judged)
        taught = tuple(as_taught(row) for row in store.corrections(session, state="live"))
        return ActiveKnowledge(
            version=version, shipped=shipped, edited=edited, taught=taught, judged=judged,
            base=lay_over(shipped, edited, taught), services=services_of(store.services(session)),
        )  # fmt: skip

    def _newer_texts(self) -> Clauses:
        """The texts of articles, where the branch imported newer ones; else nothing can have changed."""
        if self._overlay is None or not any((self._overlay / FOLDER).glob("*.yaml")):
            return Clauses()
        return read_store([DATA, self._overlay])

    def fit(self, known: ActiveKnowledge) -> TaughtUnderstander:
        """An understander of this knowledge; its matchers are fitted when they are first needed."""
        return TaughtUnderstander(known.base, known.taught, cache=self._cache)

    def build(self) -> TaughtUnderstander:
        """The understander to begin with."""
        with self._database.reading() as session:
            known = self.active(session)
        self._fitted = known
        return self.fit(known)

    def refresh(self, reader: Reader) -> bool:
        """Activate a newer version if there is one; says whether. Takes seconds then: for a thread of its own."""
        with self._database.reading() as session:
            known = self.active(session)
            reader.thresholds = answer_quality.active_thresholds(session, reader.shipped)
        reader.services = known.services
        if self._fitted is None and not (known.edited or known.taught):
            # Nobody asked anything yet, or the reader was given an understander of the shipped knowledge.
            return False
        if self._fitted is not None and known.version == self._fitted.version:
            return False
        if self._fitted is not None and known.reads_as(self._fitted):
            self._fitted = known
            return True
        understander = self.fit(known)
        understander.warm()
        reader.replace(understander)
        self._fitted = known
        self._forget_old_fits(known.base)
        log.info("knowledge_active", entries=len(known.base.entries), taught=len(known.taught))
        return True

    def _forget_old_fits(self, base: KnowledgeBase) -> None:
        """Delete fits of knowledge long gone; those in use are marked first, so that a restart finds them."""
        if self._cache is None:
            return
        plan = Plan.of(base)
        for group in PHRASING_GROUPS:
            name = f"{group}-{KernelMatcher.fingerprint(plan.examples(group), plan.targets)}.npy"
            if (self._cache / name).exists():
                (self._cache / name).touch()
        fits = sorted(self._cache.glob("*.npy"), key=lambda file: file.stat().st_mtime, reverse=True)
        for file in fits[_FITS_KEPT:]:
            file.unlink(missing_ok=True)


def as_taught(row: Correction) -> Taught:
    """A correction as knowledge takes it."""
    category = Category(row.category) if row.category in set(Category) else None
    return Taught(text=row.text, kind=Kind(row.kind), entry_id=row.entry_id, category=category)


def body_of(entry: FaqEntry) -> dict[str, Any]:
    """An entry as JSON values, in the order of the documentation."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in as_data(entry).items()}


def read_body(body: dict[str, Any]) -> tuple[FaqEntry | None, tuple[Problem, ...]]:
    """One entry from JSON values, and every problem in it."""
    entries, problems = read_bodies([body], "草稿")
    return (entries[0] if entries else None), problems


def entries_of(bodies: list[dict[str, Any]]) -> tuple[FaqEntry, ...]:
    """The entries of these bodies; one that an older program wrote and this one cannot use is left out and logged."""
    if not bodies:
        return ()
    entries, problems = read_bodies(bodies, "核定版本")
    wrong = {problem.entry for problem in problems if not problem.warning}
    for entry_id in sorted(wrong):
        log.error("entry_unusable", entry=entry_id)
    return tuple(entry for entry in entries if entry.id not in wrong)


def problems_of_approved(session: Session) -> tuple[Problem, ...]:
    """What is wrong with the approved entries: an older program may have written what this one cannot use."""
    return read_bodies([row.body for row in store.approved(session)], "核定版本")[1]


def services_of(entered: str) -> tuple[OnlineService, ...]:
    """The online services with the addresses that the branch entered."""
    known = json.loads(entered) if entered else {}
    return tuple(_located(service, known.get(service.id)) for service in load_services())


def _located(service: OnlineService, entered: dict[str, str] | None) -> OnlineService:
    if not entered:
        return service
    try:
        return service.at(entered["address"], date.fromisoformat(entered["verified"]) if entered["address"] else None)
    except (ServicesError, ValueError):
        log.exception("service_unusable", service=service.id)
        return service


def written(entries: Iterable[FaqEntry]) -> str:
    """Entries as a file to be edited and imported again."""
    return as_yaml(entries)
