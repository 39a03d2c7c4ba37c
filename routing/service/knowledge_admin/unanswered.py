"""What firms asked in a week and got no answer to, grouped by likeness: what the knowledge lacks, in order of need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import TAIPEI
from knowledge.language.masking import bare, mask
from routing.domain.permissions import Actor, require_team
from routing.service.knowledge_admin.grouping import group
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Contact, Message
from routing.store.knowledge_admin import queries as store

_MOST = 600
_EXAMPLES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One question, as far as likeness can tell. ``examples`` are masked; ``firms`` counts firms, not messages."""

    examples: tuple[str, ...]
    asked: int
    firms: int
    category: str
    not_helpful: int
    answered_with: str | None
    """The entry that was given and did not help, or handed over, most often."""
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """A week's list. ``asked``: enquiries in it; ``left_out``: more than can be compared at once."""

    first_day: date
    last_day: date
    gaps: tuple[Gap, ...]
    asked: int
    left_out: int


def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week(session: Session, actor: Actor, first_day: date) -> Week:
    """The list of the week that begins on this Monday (Taipei). Raises Forbidden for partners."""
    require_team(actor)
    since = datetime.combine(first_day, time.min, TAIPEI)
    rows = store.unanswered(session, since=since, until=since + timedelta(days=7))
    kept = rows[-_MOST:]
    texts = [mask(_words(message), _names(contact, firm)) for _, message, contact, firm in kept]
    gaps = []
    for found in group([bare(text) for text in texts]):
        members = [kept[number] for number in found.members]
        enquiries = [enquiry for enquiry, *_ in members]
        given = Counter(enquiry.faq for enquiry in enquiries if enquiry.faq)
        gaps.append(
            Gap(
                examples=tuple(dict.fromkeys(texts[number][:200] for number in found.members))[:_EXAMPLES],
                asked=len(members), firms=len({_who(asked.contact_id, contact) for asked, _, contact, _ in members}),
                category=Counter(enquiry.category for enquiry in enquiries).most_common(1)[0][0],
                not_helpful=sum(enquiry.verdict == "not_helpful" for enquiry in enquiries),
                answered_with=given.most_common(1)[0][0] if given else None, language=enquiries[0].language,
            )
        )  # fmt: skip
    gaps.sort(key=lambda gap: (-gap.firms, -gap.asked))
    return Week(
        first_day=first_day, last_day=first_day + timedelta(days=6), gaps=tuple(gaps), asked=len(rows),
        left_out=len(rows) - len(kept),
    )  # fmt: skip


def examples(
    session: Session, actor: Actor, category: str, topic: str | None, *, since: datetime, until: datetime, most: int
) -> tuple[str, ...]:
    """Some of what was asked about a topic, masked, each once. Raises Forbidden for partners."""
    require_team(actor)
    rows = store.asked_about(session, category, topic, since=since, until=until, limit=10 * most)
    texts = (mask(_words(message), _names(contact, firm))[:200] for _, message, contact, firm in rows)
    return tuple(dict.fromkeys(texts))[:most]


def masked(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """What was asked, masked, by enquiry: of those that every unit may read. Raises Forbidden for partners."""
    require_team(actor)
    found = store.asked_by_ids(session, ids)
    return {
        key: mask(_words(message), _names(contact, firm))[:200] for key, (_, message, contact, firm) in found.items()
    }


def _words(message: Message) -> str:
    return " ".join(message.text.split())[:600]


def _names(contact: Contact | None, firm: Firm | None) -> tuple[str | None, ...]:
    if contact is None:
        return ()
    return (firm.name if firm else None, contact.name, contact.display_name)


def _who(contact_id: int | None, contact: Contact | None) -> tuple[str, int | None]:
    if contact is not None and contact.firm_id is not None:
        return ("firm", contact.firm_id)
    return ("contact", contact_id)
