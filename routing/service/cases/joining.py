"""Cases that have to do with each other (關聯), and cases of one matter that become one (併案).

A merged case is closed and names the one that goes on; what its firm says afterwards reaches that one (``from_firm``).
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from routing.domain.case import RELATIONS, EventKind, Outcome
from routing.domain.errors import Invalid, NotFound
from routing.domain.permissions import Actor, may_read
from routing.service.cases import closing, commands, locked_case, notifications
from routing.service.cases.closing import Ending
from routing.service.cases.locked_case import LockedCase, seen
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.store.cases import queries as store

_REASON = 300


def link(locked: LockedCase, number: str, relation: str | None) -> None:
    """Say in both cases that they have to do with each other; ``relation`` one of RELATIONS, None: no more.

    Raises:
        Invalid: an unknown relation, the case itself, or no link to take away.
        NotFound: there is no such case, or this person may not see it.
    """
    locked.require("link")
    number = number.strip().upper()
    if relation is not None and relation not in RELATIONS:
        raise Invalid(f"relation 必須是 {'、'.join(RELATIONS)} 之一。", field="relation")
    if number == locked.row.number:
        raise Invalid("不能關聯本案自己，請填另一件案號。", field="number")
    standing = dict(locked.case.links).get(number)
    if relation is None and standing is None:
        raise Invalid(f"本案與 {number} 沒有關聯。", field="number")
    if seen(locked.session, number, locked.actor) is None:
        raise NotFound(f"查無案件 {number}。")
    other = locked_case.beside(locked, number)
    if relation == standing:
        return
    for one, two in ((locked, other.row.number), (other, locked.row.number)):
        one.record(EventKind.LINKED, number=two, relation=relation)
        locked_case.audit(one, "case.link", to=two, relation=relation or "none")


def merge(locked: LockedCase, into: str, *, reason: str, notify: Notifier) -> None:
    """Close the case because another goes on in its place; ``reason`` is kept, the firm reads where its matter goes on.

    What is under way, a consultation or a request for more days, is withdrawn with the case.

    Raises:
        Invalid: no such case, or one that ends up here again.
    """
    locked.require("merge")
    reason = text_of(reason, "reason", limit=_REASON)
    other = closing.target(locked, into.strip())
    own = locked.row.contact_id is not None and locked.row.contact_id == other.row.contact_id
    key, sentences = "merged.own" if own else "merged.other", locked.office.sentences
    ending = Ending(into=other.row.number)
    commands.close(
        locked, Outcome.DUPLICATE, summary=sentences.say(key, None), notify=notify, ending=ending, reason=reason,
        translation=sentences.say(key, notifications.language(locked)) if notifications.reads_foreign(locked) else None,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A case that has to do with another: ``relation`` one of RELATIONS, ``into`` or ``from`` for a merged one."""

    number: str
    subject: str
    status: str
    firm: str | None
    relation: str


def linked(session: Session, actor: Actor, links: tuple[tuple[str, str], ...]) -> list[Linked]:
    """The linked cases that this person may see."""
    relations = dict(links)
    if not relations:
        return []
    rows = store.by_numbers(session, relations)
    firms = store.firms(session, rows)
    return [
        Linked(
            number=row.number, subject=row.subject, status=row.status, relation=relations[row.number],
            firm=firms[row.firm_id].name if row.firm_id in firms else row.contact_name,
        )
        for row in rows
        if may_read(actor, store.state_of(session, row))
    ]  # fmt: skip
