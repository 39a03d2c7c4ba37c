"""What every page of the knowledge desk shows, and how a refused form says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from bot.web.errors import status_of
from bot.web.unit_of_work import UnitOfWork, writing
from bot.web.words import WORDS
from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from knowledge.language.text import normalise
from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.errors import Invalid, OnestopError, StaleVersion, StepNotAllowed
from routing.domain.permissions import require_team
from routing.service.accounts import queries as account_queries
from routing.service.knowledge_admin import versions as entry_versions
from routing.service.knowledge_admin.active import ActiveKnowledge

LANGUAGES = tuple((one.value, one.own_name) for one in READING_LANGUAGES)
STATES = {"draft": "待核定", "approved": "已核定", "rejected": "已退回"}
TAUGHT = {
    "trial": "試驗中", "live": "生效中", "refused": "未採用", "withdrawn": "已撤回", "erased": "已刪除（廠商收回訊息）",
}  # fmt: skip
TAUGHT_KINDS = {"phrasing": "問法", "counter": "反例", "category": "類別"}
SOON = 60
"""Days before the review date from which an entry counts as soon to be reviewed."""


def known(work: UnitOfWork) -> ActiveKnowledge:
    """The active knowledge, for a person of the team. Raises Forbidden for partners."""
    require_team(work.actor)
    return work.runtime.knowledge.active(work.session)


def usual(work: UnitOfWork, tab: str) -> dict[str, Any]:
    """The values that every page of the desk needs."""
    return {
        "actor": work.actor, "now": work.now, "today": local(work.now).date(), "tab": tab, "error": None, "done": None,
        "kinds": WORDS["entry_kind"], "park_kinds": WORDS["park_kind"], "states": STATES,
        "code_words": code_words(work), "taught_states": TAUGHT, "taught_kinds": TAUGHT_KINDS,
        "waiting": sum(entry_versions.drafted(work.session).values()), "names": names(work),
    }  # fmt: skip


def code_words(work: UnitOfWork) -> dict[str, dict[str, str]]:
    """What the values of a difference are called, by field: words in place of codes, related entries by question."""
    return {
        "category": WORDS["category"], "topic": WORDS["topic"], "kind": WORDS["entry_kind"],
        "parks": WORDS["park_kind"], "aspects": WORDS["aspect"],
        "related": {entry.id: entry.question for entry in known(work).base.entries},
    }  # fmt: skip


def names(work: UnitOfWork) -> dict[str, str]:
    """Everybody's name by e-mail, for versions and corrections."""
    return {person.email: person.name for person in account_queries.everybody(work.session)}


def search(entries: Iterable[FaqEntry], q: str) -> list[FaqEntry]:
    """Entries whose id, wording or phrasings hold every word asked for."""
    words = [folded for word in q.split() if (folded := normalise(word))]
    if not words:
        return list(entries)
    return [entry for entry in entries if all(word in _words_of(entry) for word in words)]


def _words_of(entry: FaqEntry) -> str:
    said = (text for group in entry.phrasings.values() for text in group)
    laws = (basis.label for basis in entry.basis)
    return normalise(" ".join((entry.id.replace("-", " "), entry.question, entry.answer, entry.topic, *laws, *said)))


def state_of(entry: FaqEntry, today: date) -> str:
    """Whether an entry is answered: ``stopped``, ``expired``, ``soon`` to be reviewed, or ``live``."""
    if entry.stopped:
        return "stopped"
    if entry.expired(today):
        return "expired"
    return "soon" if (entry.review - today).days <= SOON else "live"


def taken(request: Request, do: Callable[[UnitOfWork], str], again: Callable[[OnestopError], Response]) -> Response:
    """Carry out a form in one transaction and go where it says; a refused one is shown again."""
    try:
        with writing(request) as work:
            target = do(work)
    except (Invalid, StepNotAllowed, StaleVersion) as error:
        return again(error)
    return RedirectResponse(target, status_code=303)


def status(error: OnestopError | None) -> int:
    """The status of a page that shows this error."""
    return status_of(error) if error is not None else 200
