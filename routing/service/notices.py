"""What a firm is told at each step of its case: built here, put into the outbox in the step's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from knowledge.calendar import local
from knowledge.wording import reading_language
from routing.domain.case import Outcome
from routing.domain.messages import Button, Card, Outgoing, Row, postback, to_plain
from routing.service.journal import Open
from routing.store import people
from routing.store.channel import outbox

Tell = Callable[[Open, str, list[Outgoing]], None]
"""How a notice leaves: (case, reason, messages)."""


def push(opened: Open, reason: str, messages: list[Outgoing]) -> None:
    """Queue a notice to the case's LINE contact; nothing happens if there is none or the case was imported."""
    contact = opened.contact
    if contact is None or contact.line_user_id is None or opened.row.imported:
        return
    outbox.put(
        opened.session, contact_id=contact.id, case_id=opened.row.id, payload=to_plain(messages), reason=reason,
        now=opened.now,
    )  # fmt: skip


_OVERTAKEN = ("assigned", "moved", "kind", "waiting_firm", "waiting_agency", "resumed", "extended")


def withdraw(opened: Open) -> None:
    """The case is closed: what has not gone out yet and speaks of its course would only mislead (trap O6)."""
    outbox.withdraw(opened.session, opened.row.id, _OVERTAKEN)


def say(opened: Open, key: str, **values: object) -> str:
    """A sentence in the firm's language."""
    return opened.desk.sentences.say(key, language(opened), **values)


def language(opened: Open) -> str:
    """The language this firm reads."""
    contact = opened.contact
    return (contact.language if contact else None) or opened.row.language


def show_date(day: date | None) -> str:
    """A date as firms read it."""
    return f"{day.year}/{day.month}/{day.day}" if day else "—"


def show_instant(instant: datetime) -> str:
    """An instant as firms read it, in Taipei time."""
    at = local(instant)
    return f"{at.year}/{at.month}/{at.day} {at:%H:%M}"


def unit_name(opened: Open, unit: str) -> str:
    """A unit's name in the firm's language."""
    found = opened.desk.offices.find_unit(unit)
    return found.names.get(reading_language(language(opened)), found.name) if found else unit


def case_rows(opened: Open) -> tuple[Row, ...]:
    """The facts of a case on every card: number, category, unit, officer if assigned, and the promised date."""
    row, case = opened.row, opened.case
    officer = people.names(opened.session, [case.assignee]).get(case.assignee or "") or say(opened, "case.nobody_yet")
    rows = [
        Row(say(opened, "case.number"), row.number),
        Row(say(opened, "case.category"), say(opened, f"category.{case.category}")),
        Row(say(opened, "case.unit"), unit_name(opened, case.unit)),
        Row(say(opened, "case.officer"), officer),
    ]
    if case.closed is None:
        rows.append(Row(say(opened, "case.promised"), show_date(row.promised_on)))
    return tuple(rows)


def case_buttons(opened: Open) -> tuple[Button, ...]:
    """What a firm can do with its case from any card."""
    number = opened.row.number
    if opened.case.closed is not None:
        return (_button(opened, "button.reopen", postback("reopen", number=number)),)
    return (
        _button(opened, "button.add_to_case", postback("add_to_case", number=number), primary=True),
        _button(opened, "button.case", postback("case", number=number)),
        _button(opened, "button.call_me", postback("call_me", number=number)),
    )


def _button(opened: Open, key: str, data: str, *, primary: bool = False) -> Button:
    label = say(opened, key)
    return Button(label=label, data=data, shown=label, primary=primary)


def _card(opened: Open, key: str, *, body: str = "", tone: str = "info", buttons: bool = True) -> Card:
    title = say(opened, f"notice.{key}.title")
    return Card(
        title=title,
        body=body or say(opened, f"notice.{key}.body", promised=show_date(opened.row.promised_on)),
        rows=case_rows(opened),
        buttons=case_buttons(opened) if buttons else (),
        footer=say(opened, "case.binding"),
        tone=tone,  # type: ignore[arg-type]
        alt=f"{title} {opened.row.number}",
        quick=(
            _button(opened, "button.my_cases", postback("my_cases")),
            _button(opened, "button.menu", postback("menu")),
        ),
    )


def receipt(opened: Open) -> list[Outgoing]:
    """The case was opened: its number, who has it, until when."""
    return [_card(opened, "received", tone="done")]


def assigned(opened: Open) -> list[Outgoing]:
    """Somebody else has the case now."""
    return [_card(opened, "assigned")]


def replied(opened: Open, text: str, *, via: str, at: datetime) -> list[Outgoing]:
    """An answer: its words if by LINE, a record that it was given if by another way."""
    if via == "line":
        card = _card(opened, "replied", body=text, tone="info")
    else:
        body = say(opened, "notice.replied_elsewhere.body", via=say(opened, f"via.{via}"), at=show_instant(at))
        card = _card(opened, "replied_elsewhere", body=f"{body}\n{text}")
    return [card]


def waiting_on_firm(opened: Open, text: str, until: str | None) -> list[Outgoing]:
    """The firm is asked for everything that is missing; the clock stands still meanwhile."""
    body = say(opened, "notice.waiting_firm.body", text=text)
    if until:
        body += "\n" + say(opened, "notice.waiting_firm.until", until=show_date(date.fromisoformat(until)))
    return [_card(opened, "waiting_firm", body=body, tone="wait")]


def waiting_on_agency(opened: Open, agency: str) -> list[Outgoing]:
    """Another agency was asked; the clock runs on."""
    found = opened.desk.offices.agency(agency)
    name = found.name(language(opened)) if found else agency
    body = say(opened, "notice.waiting_agency.body", agency=name, promised=show_date(opened.row.promised_on))
    return [_card(opened, "waiting_agency", body=body)]


def resumed(opened: Open) -> list[Outgoing]:
    """Work goes on."""
    return [_card(opened, "resumed")]


def extended(opened: Open, reason: str) -> list[Outgoing]:
    """The date moved, and why (行政程序法 §51: the reason is told before the period ends)."""
    body = say(opened, "notice.extended.body", reason=reason, promised=show_date(opened.row.promised_on))
    return [_card(opened, "extended", body=body, tone="wait")]


def moved(opened: Open) -> list[Outgoing]:
    """Another unit has the case; its date does not move."""
    return [_card(opened, "moved")]


def kind_changed(opened: Open) -> list[Outgoing]:
    """The case is of another kind, which has another limit."""
    body = say(
        opened, "notice.kind.body", kind=say(opened, f"kind.{opened.case.kind}"),
        promised=show_date(opened.row.promised_on),
    )  # fmt: skip
    return [_card(opened, "kind", body=body)]


def closed(opened: Open, outcome: Outcome, summary: str) -> list[Outgoing]:
    """The case is closed: how, in what words, and a question how it was."""
    number = opened.row.number
    body = say(opened, f"notice.closed.{outcome}")
    if summary:
        body += f"\n{summary}"
    card = _card(opened, "closed", body=body, tone="done")
    if outcome is Outcome.DUPLICATE:
        return [card]
    scores = tuple(
        Button(label=say(opened, f"rate.{score}"), data=postback("rate", number=number, score=score),
               shown=say(opened, f"rate.{score}"))
        for score in (5, 4, 3, 2, 1)
    )  # fmt: skip
    return [card, rate_question(opened, scores)]


def rate_question(opened: Open, scores: tuple[Button, ...]) -> Outgoing:
    """How was it? Five is best."""
    title = say(opened, "rate.title")
    return Card(title=title, body=say(opened, "rate.body"), buttons=scores, alt=title)


def reopened(opened: Open) -> list[Outgoing]:
    """The case is open again under its number."""
    return [_card(opened, "reopened")]
