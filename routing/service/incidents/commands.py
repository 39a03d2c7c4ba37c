"""Incidents: many firms' cases of one thing, answered and closed at once, each with its own clock and message.

What cannot be done in one case (its firm is blocked, it is closed, it is another unit's) is told, and stops no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from knowledge.vocabulary import FOREIGN_LANGUAGES
from knowledge.wording import reading_language
from routing.domain.case import EventKind, Outcome
from routing.domain.errors import Invalid, NotFound, OnestopError, StaleVersion, StepNotAllowed
from routing.domain.permissions import Actor, confidential_scope, require_team
from routing.service.cases import commands, locked_case, notifications
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.service.cases.typed import text as text_of
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.incidents import queries as store
from routing.store.incidents.schema import Incident, IncidentAnswer

_TITLE, _ALERT, _TEXT, _SUMMARY = 120, 20, 2000, 2000
MOST_AT_ONCE = 200
"""Cases of one call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIncident:
    """What an incident is opened with; ``text`` is what is known of it, for staff."""

    title: str
    parks: tuple[str, ...] = ()
    alert: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """What came of one case: done, or why not. ``told``: its firm is sent a message."""

    number: str
    done: bool
    told: bool = False
    code: str | None = None
    detail: str | None = None


@dataclass(slots=True)
class HeldIncident:
    """An incident held for writing by a person, and how the firms of its cases are told."""

    session: Session
    office: OfficeContext
    row: Incident
    actor: Actor
    now: datetime
    notify: Notifier
    results: list[CaseResult] = field(default_factory=list)
    hidden: int = 0
    """Open cases in it that this person may not see, in which nothing was done."""


def open_incident(
    session: Session, office: OfficeContext, new: NewIncident, *, actor: Actor, now: datetime, notify: Notifier
) -> HeldIncident:
    """Open an incident without cases yet.

    Raises:
        Forbidden: the person is a partner. Invalid: no title, a park or an emergency that is unknown.
    """
    require_team(actor)
    title = text_of(new.title, "title", limit=_TITLE)
    parks = []
    for written in new.parks:
        park = office.offices.park(written)
        if park is None:
            raise Invalid(f"查無園區「{written}」。", field="parks")
        parks.append(park.name)
    if len(new.alert or "") > _ALERT:
        raise Invalid(f"alert 請在 {_ALERT} 字以內。", field="alert")
    if len(new.text) > _TEXT:
        raise Invalid(f"內容請在 {_TEXT} 字以內。", field="text")
    row = Incident(
        title=title, alert=new.alert or None, parks=list(dict.fromkeys(parks)), text=new.text.strip(), opened_at=now,
        opened_by=actor.email or actor.name, version=1,
    )  # fmt: skip
    session.add(row)
    session.flush()
    held = HeldIncident(session=session, office=office, row=row, actor=actor, now=now, notify=notify)
    _audit(held, "incident.open", parks=row.parks)
    return held


def hold(
    session: Session, office: OfficeContext, incident_id: int, *, actor: Actor, now: datetime, notify: Notifier,
    version: int | None = None,
) -> HeldIncident:  # fmt: skip
    """An incident held for writing.

    Raises:
        Forbidden: the person is a partner. NotFound: there is none. StaleVersion: it has moved on.
    """
    require_team(actor)
    row = store.by_id(session, incident_id, lock=True)
    if row is None:
        raise NotFound("查無這個集體事件。")
    if version is not None and version != row.version:
        raise StaleVersion("這個集體事件剛由其他同仁更新，請重新整理後再試。")
    return HeldIncident(session=session, office=office, row=row, actor=actor, now=now, notify=notify)


def add(held: HeldIncident, numbers: Sequence[str]) -> None:
    """Put cases into it. A case is in one incident at a time; a closed one is not put into any."""
    _require_open(held)

    def put(locked: LockedCase) -> None:
        if locked.case.incident == held.row.id:
            return
        if locked.case.incident is not None:
            raise StepNotAllowed("本案已在另一個集體事件中；請先自該事件移出。", code="in_another_incident")
        locked.record(EventKind.GATHERED, incident=held.row.id, title=held.row.title)
        locked_case.audit(locked, "case.gathered", incident=held.row.id)

    wanted = [number for number in dict.fromkeys(one.strip().upper() for one in numbers) if number]
    if not wanted:
        raise Invalid("請填寫案號。", field="numbers")
    _each(held, wanted, put)
    _changed(held, "incident.cases")


def take_out(held: HeldIncident, number: str) -> None:
    """Undo it for one case, which goes on by itself. Raises NotFound, Forbidden, or Invalid: it is not in here."""
    locked = locked_case.change(held.session, held.office, number, held.actor, now=held.now)
    if locked.case.incident != held.row.id:
        raise Invalid(f"{number} 不在這個集體事件中。", field="number")
    locked.record(EventKind.PARTED, incident=held.row.id, title=held.row.title)
    locked_case.audit(locked, "case.parted", incident=held.row.id)
    held.results.append(CaseResult(number=locked.row.number, done=True))
    _changed(held, "incident.case_out")


def answer(
    held: HeldIncident, text: str, *, numbers: Sequence[str] | None = None,
    translations: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """One answer to every open case (or to some), each its own message and first reply, in its firm's language.

    ``translations``: by language, for firms that read it; the others get the Chinese, marked as the original where they
    read another. A case whose firm no channel of ours reaches is told: it is answered another way.
    """
    _require_open(held)
    text = text_of(text, "text")
    given = _translations(translations)

    def reply(locked: LockedCase) -> None:
        address = locked.address()
        if address is None:
            raise Invalid("本案沒有可傳送訊息的聯絡人，請以電話等方式回復並登錄。", code="no_address", field="via")
        commands.reply(
            locked, text, notify=held.notify, via=address.channel,
            translation=given.get(reading_language(notifications.language(locked))),
        )  # fmt: skip

    _each(held, _chosen(held, numbers), reply)
    _keep(held, "message", text)
    _changed(held, "incident.message")


def close(held: HeldIncident, outcome: Outcome, summary: str, *, translations: Mapping[str, str] | None = None) -> None:
    """Close every open case with one summary. The incident is closed when none of its cases is open any more."""
    _require_open(held)
    summary = text_of(summary, "summary", limit=_SUMMARY)
    given = _translations(translations)

    def end(locked: LockedCase) -> None:
        commands.close(
            locked, outcome, summary=summary, notify=held.notify,
            translation=given.get(reading_language(notifications.language(locked))),
        )  # fmt: skip

    _each(held, _chosen(held, None), end)
    if store.open_count(held.session, held.row.id) == 0:
        held.row.closed_at, held.row.closed_by = held.now, held.actor.email or held.actor.name
        held.row.outcome = outcome.value
    _keep(held, "close", summary)
    _changed(held, "incident.close")


def _translations(given: Mapping[str, str] | None) -> dict[str, str]:
    found = {language: words for language, words in (given or {}).items() if words.strip()}
    if set(found) - set(FOREIGN_LANGUAGES):
        raise Invalid(f"譯文的語言必須是 {'、'.join(FOREIGN_LANGUAGES)}。", field="translations")
    return found


def _require_open(held: HeldIncident) -> None:
    if held.row.closed_at is not None:
        raise StepNotAllowed("這個集體事件已結案。", code="incident_closed")


def _chosen(held: HeldIncident, numbers: Sequence[str] | None) -> list[str]:
    """Of the open cases in it those that were named, or all; of those hidden from this person only how many."""
    every = [row for row in store.cases_of(held.session, held.row.id, visible_to=None) if row.status != "closed"]
    visible = store.cases_of(held.session, held.row.id, visible_to=confidential_scope(held.actor))
    shown = {row.id for row in visible}
    rows = [row for row in every if row.id in shown]
    held.hidden = len(every) - len(rows)
    if numbers is None:
        return [row.number for row in rows]
    wanted = {number.strip().upper() for number in numbers}
    return [row.number for row in rows if row.number in wanted]


def _each(held: HeldIncident, numbers: Iterable[str], do: Callable[[LockedCase], None]) -> None:
    """Do it in each case by itself: what is refused in one is undone there, told, and stops no other."""
    wanted = list(numbers)
    if len(wanted) > MOST_AT_ONCE:
        raise Invalid(f"一次最多 {MOST_AT_ONCE} 件。", field="numbers")
    # Always in one order, so that two incidents never wait for each other's cases.
    for number in sorted(wanted):
        try:
            with held.session.begin_nested():
                locked = locked_case.change(held.session, held.office, number, held.actor, now=held.now)
                do(locked)
                reached = locked.address()
        except OnestopError as error:
            held.results.append(CaseResult(number=number, done=False, code=error.code, detail=error.message))
        else:
            told_now = reached is not None and reached.reachable and not locked.row.imported
            held.results.append(CaseResult(number=number, done=True, told=told_now))


def _keep(held: HeldIncident, kind: str, text: str) -> None:
    done = sum(one.done for one in held.results)
    held.session.add(IncidentAnswer(
        incident_id=held.row.id, kind=kind, text=text, at=held.now, by=held.actor.email or held.actor.name, told=done,
        failed=len(held.results) - done,
    ))  # fmt: skip


def _changed(held: HeldIncident, action: str) -> None:
    held.row.version += 1
    held.session.flush()
    done = sum(one.done for one in held.results)
    _audit(held, action, done=done, failed=len(held.results) - done)


def _audit(held: HeldIncident, action: str, **detail: object) -> None:
    account_store.audit(
        held.session, at=held.now, actor=held.actor.email or held.actor.name, action=action,
        subject=f"incident {held.row.id}", detail=detail,
    )  # fmt: skip
