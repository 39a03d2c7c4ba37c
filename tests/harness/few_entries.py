"""A knowledge desk for tests: the product with a handful of entries, so that fitting takes no time."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from knowledge.entries import KnowledgeBase
from knowledge.loading import load_knowledge
from routing.domain.decision import Thresholds
from routing.domain.permissions import Actor, Role
from routing.service.conversation.reader import Reader
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import Knowledge, body_of
from tests.harness.cast import CAST, email
from tests.harness.service import Service

ENTRIES = ("land-lease-renewal", "land-standard-renewal", "land-find-platform", "utilities-water-plan-fee")


@cache
def few() -> KnowledgeBase:
    """Four entries and the whole lexicon."""
    base = load_knowledge()
    return KnowledgeBase(entries=tuple(e for e in base.entries if e.id in ENTRIES), lexicon=base.lexicon)


def process(service: Service) -> tuple[Knowledge, Reader]:
    """What another process of the product on the same database holds."""
    known = Knowledge(service.runtime.database, cache=None, shipped=few)
    return known, Reader(known.build, Thresholds.shipped())


def with_few_entries(service: Service) -> Service:
    """The same product, knowing four entries."""
    known, reader = process(service)
    service.runtime = replace(service.runtime, knowledge=known, reader=reader)
    service.app.state.runtime = service.runtime
    return service


def actor(name: str) -> Actor:
    """One of the cast, as services know a person."""
    role, unit, agency = CAST[name]
    return Actor(name=name, email=email(name), role=Role(role), unit=unit, agency=agency)


def drafted(service: Service, who: str, entry_id: str = "land-lease-renewal", **changes: object) -> int:
    """The id of a new draft."""
    with service.runtime.writing() as (session, _):
        known = service.runtime.knowledge.active(session)
        entry = known.base.entry(entry_id)
        assert entry is not None
        return entry_versions.draft(session, actor(who), known, {**body_of(entry), **changes}, note="", now=service.now)


def approved(service: Service, who: str, edit_id: int) -> str:
    """Approve a draft; gives the entry's id."""
    with service.runtime.writing() as (session, _):
        known = service.runtime.knowledge.active(session)
        return entry_versions.approve(session, actor(who), known, edit_id, now=service.now)
