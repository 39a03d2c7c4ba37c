"""What a firm is told at each step of its case: built here, put into the outbox in the step's own transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from knowledge.calendar.office_calendar import local
from knowledge.language.text import detect_language
from knowledge.vocabulary import FOREIGN_LANGUAGES
from knowledge.wording import reading_language
from routing.domain.case import Outcome
from routing.domain.messages import Button, Card, Outgoing, Row, postback, to_plain
from routing.domain.survey import SCORES
from routing.service.cases.locked_case import LockedCase
from routing.store.accounts import queries as account_store
from routing.store.messaging import outbox as outbox_store

Notifier = Callable[[LockedCase, str, list[Outgoing]], None]
"""How a notice leaves: (case, reason, messages)."""


def push(locked: LockedCase, reason: str, messages: list[Outgoing]) -> None:
    """Queue a notice to the firm; nothing happens if it has no address or the case was imported."""
    address = locked.address()
    if address is None or locked.row.imported:
        return
    outbox_store.put(
        locked.session, channel=address.channel, contact_id=address.contact_id, case_id=locked.row.id,
        payload=to_plain(messages), reason=reason, now=locked.now,
    )  # fmt: skip


_SUBJECT = 40
_OVERTAKEN = ("assigned", "moved", "kind", "waiting_firm", "waiting_agency", "resumed", "extended")


def withdraw(locked: LockedCase) -> None:
    """The case is closed: what has not gone out yet and speaks of its course would only mislead (trap O6)."""
    outbox_store.withdraw(locked.session, locked.row.id, _OVERTAKEN)


def withdraw_survey(locked: LockedCase) -> None:
    """The case is open again: a question how it went that has not gone out yet comes too early."""
    outbox_store.withdraw(locked.session, locked.row.id, ("survey",))


def say(locked: LockedCase, key: str, **values: object) -> str:
    """A sentence in the firm's language."""
    return locked.office.sentences.say(key, language(locked), **values)


def language(locked: LockedCase) -> str:
    """The language this firm reads."""
    contact = locked.contact
    return (contact.language if contact else None) or locked.row.language


def reads_foreign(locked: LockedCase) -> bool:
    """Whether this firm reads English or Japanese."""
    return reading_language(language(locked)) in FOREIGN_LANGUAGES


def original(locked: LockedCase, text: str) -> str:
    """A text with the mark, in the firm's language, that it is the Chinese original."""
    return f"{say(locked, 'notice.original')}\n{text}"


def for_firm(locked: LockedCase, text: str) -> str:
    """An officer's words as the firm reads them: Chinese without a translation is marked as the original."""
    chinese = detect_language(text).group == "zh" and any("一" <= character <= "鿿" for character in text)
    marked = say(locked, "notice.original") in text
    return original(locked, text) if chinese and not marked and reads_foreign(locked) else text


def show_date(day: date | None) -> str:
    """A date as firms read it."""
    return f"{day.year}/{day.month}/{day.day}" if day else "—"


def show_instant(instant: datetime) -> str:
    """An instant as firms read it, in Taipei time."""
    at = local(instant)
    return f"{at.year}/{at.month}/{at.day} {at:%H:%M}"


def unit_name(locked: LockedCase, unit: str) -> str:
    """A unit's name in the firm's language."""
    found = locked.office.offices.find_unit(unit)
    return found.names.get(reading_language(language(locked)), found.name) if found else unit


def case_rows(locked: LockedCase) -> tuple[Row, ...]:
    """The facts of a case on every card: number, category, unit, officer if assigned, and the promised date."""
    row, case = locked.row, locked.case
    officer = account_store.names(locked.session, [case.assignee]).get(case.assignee or "") or say(
        locked, "case.nobody_yet"
    )
    rows = [
        Row(say(locked, "case.number"), row.number),
        Row(say(locked, "case.category"), say(locked, f"category.{case.category}")),
        Row(say(locked, "case.unit"), unit_name(locked, case.unit)),
        Row(say(locked, "case.officer"), officer),
    ]
    if case.closed is None:
        rows.append(Row(say(locked, "case.promised"), show_date(row.promised_on)))
    return tuple(rows)


def case_buttons(locked: LockedCase) -> tuple[Button, ...]:
    """What a firm can do with its case from any card."""
    number = locked.row.number
    if locked.case.closed is not None:
        return (_button(locked, "button.reopen", postback("reopen", number=number)),)
    return (
        _button(locked, "button.add_to_case", postback("add_to_case", number=number), primary=True),
        _button(locked, "button.case", postback("case", number=number)),
        _button(locked, "button.call_me", postback("call_me", number=number)),
    )


def _button(locked: LockedCase, key: str, data: str, *, primary: bool = False) -> Button:
    label = say(locked, key)
    return Button(label=label, data=data, shown=label, primary=primary)


def _card(locked: LockedCase, key: str, *, body: str = "", tone: str = "info", buttons: bool = True) -> Card:
    title = say(locked, f"notice.{key}.title")
    return Card(
        title=title,
        body=body or say(locked, f"notice.{key}.body", promised=show_date(locked.row.promised_on)),
        rows=case_rows(locked),
        buttons=case_buttons(locked) if buttons else (),
        footer=say(locked, "case.binding"),
        tone=tone,  # type: ignore[arg-type]
        alt=f"{title} {locked.row.number}",
        quick=(
            _button(locked, "button.my_cases", postback("my_cases")),
            _button(locked, "button.menu", postback("menu")),
        ),
    )


def receipt(locked: LockedCase) -> list[Outgoing]:
    """The case was opened: its number, who has it, until when."""
    return [_card(locked, "received", tone="done")]


def assigned(locked: LockedCase) -> list[Outgoing]:
    """Somebody else has the case now."""
    return [_card(locked, "assigned")]


def replied(locked: LockedCase, text: str, *, via: str, at: datetime) -> list[Outgoing]:
    """An answer: its words if we carry them, a record that it was given if it was given another way."""
    text = for_firm(locked, text)
    if via in locked.office.channels:
        card = _card(locked, "replied", body=text, tone="info")
    else:
        body = say(locked, "notice.replied_elsewhere.body", via=say(locked, f"via.{via}"), at=show_instant(at))
        card = _card(locked, "replied_elsewhere", body=f"{body}\n{text}")
    return [card]


def waiting_on_firm(locked: LockedCase, text: str, until: str | None) -> list[Outgoing]:
    """The firm is asked for everything that is missing; the clock stands still meanwhile."""
    body = say(locked, "notice.waiting_firm.body", text=for_firm(locked, text))
    if until:
        body += "\n" + say(locked, "notice.waiting_firm.until", until=show_date(date.fromisoformat(until)))
    return [_card(locked, "waiting_firm", body=body, tone="wait")]


def waiting_on_agency(locked: LockedCase, agency: str) -> list[Outgoing]:
    """Another agency was asked; the clock runs on."""
    found = locked.office.offices.agency(agency)
    name = found.name(language(locked)) if found else agency
    body = say(locked, "notice.waiting_agency.body", agency=name, promised=show_date(locked.row.promised_on))
    return [_card(locked, "waiting_agency", body=body)]


def resumed(locked: LockedCase) -> list[Outgoing]:
    """Work goes on."""
    return [_card(locked, "resumed")]


def extended(locked: LockedCase, reason: str) -> list[Outgoing]:
    """The date moved, and why (行政程序法 §51: the reason is told before the period ends)."""
    body = say(
        locked, "notice.extended.body", reason=for_firm(locked, reason), promised=show_date(locked.row.promised_on)
    )
    return [_card(locked, "extended", body=body, tone="wait")]


def moved(locked: LockedCase) -> list[Outgoing]:
    """Another unit has the case; its date does not move."""
    return [_card(locked, "moved")]


def kind_changed(locked: LockedCase) -> list[Outgoing]:
    """The case is of another kind, which has another limit."""
    body = say(
        locked, "notice.kind.body", kind=say(locked, f"kind.{locked.case.kind}"),
        promised=show_date(locked.row.promised_on),
    )  # fmt: skip
    return [_card(locked, "kind", body=body)]


def closed(locked: LockedCase, outcome: Outcome, summary: str) -> list[Outgoing]:
    """The case is closed: how, and in what words."""
    body = say(locked, f"notice.closed.{outcome}")
    if summary:
        body += f"\n{for_firm(locked, summary)}"
    return [_card(locked, "closed", body=body, tone="done")]


def survey(locked: LockedCase) -> list[Outgoing]:
    """How was it? One tap; five is best. The card says which matter it is about."""
    number, subject = locked.row.number, locked.row.subject
    scores = tuple(
        Button(label=say(locked, f"rate.{score}"), data=postback("rate", number=number, score=score),
               shown=say(locked, f"rate.{score}"))
        for score in SCORES
    )  # fmt: skip
    title = say(locked, "rate.title", subject=subject if len(subject) <= _SUBJECT else f"{subject[: _SUBJECT - 1]}…")
    return [Card(title=title, body=say(locked, "rate.body"), buttons=scores, alt=title)]


def reopened(locked: LockedCase) -> list[Outgoing]:
    """The case is open again under its number."""
    return [_card(locked, "reopened")]
