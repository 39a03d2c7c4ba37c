"""What a firm is told at each step of its case: built here, put into the outbox in the step's own transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from knowledge.calendar.office_calendar import local
from knowledge.language.text import detect_language
from knowledge.vocabulary import FOREIGN_LANGUAGES
from knowledge.wording import reading_language
from routing.domain.case import Outcome
from routing.domain.consultations import Consultation
from routing.domain.dialogue.alarms import DISTRESS
from routing.domain.files import size_shown
from routing.domain.firm_dates import firm_date, firm_instant
from routing.domain.messages import Button, Card, Outgoing, Picture, Row, drawn_width, heading, postback
from routing.domain.survey import SCORES
from routing.domain.waits import Wait
from routing.service.cases.locked_case import LockedCase
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.cases import queries as case_store
from routing.store.messaging import outbox as outbox_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A file that the firm may open: its name, its size in bytes, the link, and until when it is good.

    ``picture``: its type, if it is a picture that is to be seen in the chat at once.
    """

    name: str
    size: int | None
    url: str
    until: datetime
    picture: str | None = None


Notifier = Callable[[LockedCase, str, list[Outgoing]], None]
"""How a notice leaves: (case, reason, messages)."""


_ONE_LINE = 26
"""Half-width characters of a button's words that stay on one line of a narrow telephone."""
_ITEM = re.compile(r"^\s*(?:[-*•・‧]|[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.、．:：])\s*")
_OVERTAKEN = (
    "assigned", "moved", "kind", "waiting_firm", "waiting_agency", "agency_answered", "resumed", "extended", "reopened",
    "redated",
)  # fmt: skip


def withdraw(locked: LockedCase) -> None:
    """The case is closed: what has not gone out yet and speaks of its course would only mislead (trap O6)."""
    outbox_store.withdraw(locked.session, locked.row.id, _OVERTAKEN)


def withdraw_resumed(locked: LockedCase) -> None:
    """The wait goes on after all: that it had ended is not told any more, if it was not yet."""
    outbox_store.withdraw(locked.session, locked.row.id, ("resumed",))


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
    return _marked(locked.office, language(locked), text)


def _marked(office: OfficeContext, reads: str, text: str) -> str:
    chinese = detect_language(text).group == "zh" and any("一" <= character <= "鿿" for character in text)
    mark = office.sentences.say("notice.original", reads)
    foreign = reading_language(reads) in FOREIGN_LANGUAGES
    return f"{mark}\n{text}" if chinese and mark not in text and foreign else text


def unit_name(locked: LockedCase, unit: str) -> str:
    """A unit's name in the firm's language."""
    found = locked.office.offices.find_unit(unit)
    return found.names.get(reading_language(language(locked)), found.name) if found else unit


def promised(locked: LockedCase) -> str:
    """The promised date as the firm reads it; an emergency that nobody has answered is promised no ordinary period."""
    urgent = locked.row.alert is not None and locked.case.first_reply_at is None
    return say(locked, "case.promised.alert") if urgent else firm_date(locked.row.promised_on, language(locked))


def case_rows(locked: LockedCase) -> tuple[Row, ...]:
    """The facts of a case on every card: who waits for whom until when, then number, category, unit and officer.

    While the firm's supplement is awaited no date is promised: it will be reckoned anew.
    """
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
    if case.closed is not None:
        return tuple(rows)
    wait = case.waiting
    paused = wait is not None and wait.on == "firm"
    first = (
        Row(say(locked, "case.now"), who_waits(
            locked.office, language(locked), unit=case.unit, on=wait.on if wait else None,
            consulting=[one.of for one in case.consulting], until=wait.until if wait else None,
        )),
        Row(say(locked, "case.promised"), say(locked, "case.promised_paused") if paused else promised(locked)),
    )  # fmt: skip
    return (*first, *rows)


def who_waits(
    office: OfficeContext, reads: str, *, unit: str, on: str | None, consulting: Sequence[str], until: str | None
) -> str:
    """Who waits for whom, until when, in a firm's language.

    ``on``: ``firm``, ``agency`` or None if it is with the unit; ``consulting``: codes of agencies and names of units
    that are asked, of which only agencies are told: a firm deals with one window. ``until``: an ISO date.
    """
    found = office.offices.find_unit(unit)
    outside = [one for one in consulting if office.offices.find_unit(one) is None]
    on = None if on == "agency" and not outside else on
    names = {
        "unit": found.names[reading_language(reads)] if found else unit,
        "agency": _agencies(office, reads, outside),
        "until": firm_date(date.fromisoformat(until), reads) if until else "",
    }
    key = "waits.unit" if on is None else f"waits.{on}"
    return office.sentences.say(f"{key}_until" if until and on == "firm" else key, reads, **names)


def _agencies(office: OfficeContext, reads: str, codes: Iterable[str]) -> str:
    """The names of agencies in a firm's language; a code that is none of ours as it is written."""
    found = [(office.offices.agency(code), code) for code in dict.fromkeys(codes)]
    return office.sentences.say("waits.and", reads).join(one.name(reads) if one else code for one, code in found)


def case_buttons(locked: LockedCase) -> tuple[Button, ...]:
    """What a firm can do with its case from any card."""
    number = locked.row.number
    if locked.case.closed is not None and locked.case.closed.into is not None:
        return (
            _button(locked, "button.add_to_case", postback("add_to_case", number=number), primary=True),
            _button(locked, "button.case", postback("case", number=number)),
        )
    if locked.case.closed is not None:
        return (_button(locked, "button.reopen", postback("reopen", number=number)),)
    wait = locked.case.waiting
    waits = wait is not None and wait.on == "firm"
    supplied = (_button(locked, "button.supplied", postback("supplied", number=number), primary=True),) if waits else ()
    return (
        *supplied,
        _button(locked, "button.add_to_case", postback("add_to_case", number=number), primary=not supplied),
        _button(locked, "button.case", postback("case", number=number)),
        _button(locked, "button.call_me", postback("call_me", number=number)),
    )


def _button(locked: LockedCase, key: str, data: str, *, primary: bool = False) -> Button:
    label = say(locked, key)
    return Button(label=label, data=data, shown=label, primary=primary)


def _card(locked: LockedCase, key: str, *, body: str = "", tone: str = "info", buttons: bool = True) -> Card:
    """A card about a case: its subject, what happened to it, the words, the facts."""
    return Card(
        title=short_subject(locked),
        label=say(locked, f"notice.{key}.title"),
        body=body or say(locked, f"notice.{key}.body", promised=promised(locked)),
        rows=case_rows(locked),
        buttons=case_buttons(locked) if buttons else (),
        footer=say(locked, "case.binding"),
        tone=tone,  # type: ignore[arg-type]
        quick=(
            _button(locked, "button.my_cases", postback("my_cases")),
            _button(locked, "button.menu", postback("menu")),
        ),
    )


def short_subject(locked: LockedCase) -> str:
    """What the case is about, in some words; its number if nothing was said."""
    return heading(locked.row.subject) or locked.row.number


def receipt(locked: LockedCase) -> list[Outgoing]:
    """The case was opened: its number, who has it, until when; of an emergency, that it is no report to the law."""
    if locked.row.alert is not None:
        return [_card(locked, "distress" if locked.row.alert == DISTRESS else "alert", tone="done")]
    body = say(locked, "notice.received.body", unit=unit_name(locked, locked.case.unit), promised=promised(locked))
    return [_card(locked, "received", body=body, tone="done")]


def assigned(locked: LockedCase) -> list[Outgoing]:
    """Somebody else has the case now."""
    return [_card(locked, "assigned")]


def _with_files(locked: LockedCase, card: Card, files: Sequence[Attached]) -> Card:
    """A card with a button for each file, and until when they can be opened."""
    if not files:
        return card
    named = [
        say(locked, "files.with_size", name=file.name, size=size_shown(file.size)) if file.size else file.name
        for file in files
    ]
    until = firm_instant(min(file.until for file in files), language(locked))
    lines = [*(say(locked, "files.one", name=name) for name in named), say(locked, "files.until", until=until)]
    room = _ONE_LINE - drawn_width(say(locked, "button.open_file", name=""))
    buttons = tuple(
        Button(label=say(locked, "button.open_file", name=short_name(file.name, room)), url=file.url) for file in files
    )
    body = "\n".join(part for part in (card.body, *lines) if part)
    return replace(card, body=body, buttons=(*buttons, *card.buttons))


def _pictures(files: Sequence[Attached], *, speaker: str) -> list[Outgoing]:
    """The pictures among the files; the card before them links to every one."""
    return [
        Picture(
            url=file.url, preview=f"{file.url}?small=true", content_type=file.picture, size=file.size or 0,
            speaker=speaker,
        )
        for file in files
        if file.picture is not None
    ]  # fmt: skip


def short_name(name: str, most: int) -> str:
    """A file's name so many half-width characters wide that it fits on a button, its ending kept."""
    if drawn_width(name) <= most:
        return name
    stem, _, ending = name.rpartition(".")
    room, kept = most - drawn_width(f"….{ending}"), ""
    while len(kept) < len(stem) and drawn_width(kept + stem[len(kept)]) <= room:
        kept += stem[len(kept)]
    return f"{kept or stem[:1]}….{ending}"


def files_sent(locked: LockedCase, files: Sequence[Attached]) -> list[Outgoing]:
    """Files for the firm, without an answer beside them."""
    speaker = _officer_name(locked)
    card = replace(_card(locked, "file_sent"), speaker=speaker)
    return [_with_files(locked, card, files), *_pictures(files, speaker=speaker)]


def replied(
    locked: LockedCase, text: str, *, via: str, at: datetime, files: Sequence[Attached] = (), by: str | None = None
) -> list[Outgoing]:  # fmt: skip
    """An answer: its words and files if we carry them, a record that it was given if it was given another way.

    ``by``: who wrote it, if not whoever sends it.
    """
    text = for_firm(locked, text)
    if via in locked.office.channels:
        speaker = _officer_name(locked, by)
        card = replace(_card(locked, "replied", body=text, tone="info"), speaker=speaker)
        return [_with_files(locked, card, files), *_pictures(files, speaker=speaker)]
    body = say(
        locked,
        "notice.replied_elsewhere.body",
        via=say(locked, f"via.{via}"),
        at=firm_instant(at, language(locked)),
    )
    return [_card(locked, "replied_elsewhere", body=f"{body}\n{text}")]


def _officer_name(locked: LockedCase, by: str | None = None) -> str:
    """Who speaks: the officer by name, as the chat shows it beside each message."""
    email = by or locked.actor.email
    name = account_store.names(locked.session, [email]).get(email or "") if email else None
    return say(locked, "speaker.officer", name=name) if name else ""


def waiting_on_firm(
    locked: LockedCase, text: str, until: str | None, *, files: Sequence[Attached] = ()
) -> list[Outgoing]:
    """The firm is asked for everything that is missing; the clock stands still meanwhile."""
    body = say(locked, "notice.waiting_firm.body", text=listed(locked.office, language(locked), text))
    if until:
        body += "\n" + say(
            locked, "notice.waiting_firm.until", until=firm_date(date.fromisoformat(until), language(locked))
        )
    speaker = _officer_name(locked)
    card = replace(_card(locked, "waiting_firm", body=body, tone="wait"), speaker=speaker)
    return [_with_files(locked, card, files), *_pictures(files, speaker=speaker)]


def listed(office: OfficeContext, reads: str, text: str) -> str:
    """What a firm was asked for, as a list in its language; a translation and the marked original are a list each."""
    mark = office.sentences.say("notice.original", reads)
    translation, marked, chinese = _marked(office, reads, text).partition(mark)
    if not marked:
        return numbered(translation)
    lists = numbered(translation.strip()), f"{mark}\n{numbered(chinese.strip())}"
    return "\n\n".join(part for part in lists if part)


def numbered(text: str) -> str:
    """What is asked for as a list, if it stands on several lines; marks and numbers that were typed give way."""
    lines = [bare for line in text.splitlines() if (bare := _ITEM.sub("", line).strip())]
    if len(lines) < 2:
        return text
    # 「請補：」 leads in and is no item itself.
    lead = lines[:1] if lines[0].endswith(("：", ":")) else []
    items = [f"{number}. {line}" for number, line in enumerate(lines[len(lead) :], start=1)]
    return "\n".join([*lead, *items])


def waiting_on_agencies(locked: LockedCase) -> list[Outgoing]:
    """Other agencies are asked; the clock runs on."""
    name = _agencies(locked.office, language(locked), _outside(locked.case.consulting))
    body = say(locked, "notice.waiting_agency.body", agency=name, promised=promised(locked))
    return [_card(locked, "waiting_agency", body=body)]


def _outside(asked: Iterable[Consultation]) -> list[str]:
    return [one.agency or "" for one in asked if one.unit is None]


def asked_outside(locked: LockedCase, wait: Wait) -> list[str]:
    """The agencies that were asked during a wait, by code; empty where only units were."""
    return _outside(one for one in locked.case.consultations if one.start >= wait.start)


def resumed(locked: LockedCase, *, stands: bool = False) -> list[Outgoing]:
    """Work goes on; whether the date has moved by the wait is said. ``stands``: something else moved it since."""
    wait = locked.case.waits[-1]
    reads = language(locked)
    if wait.on == "agency":
        names = _agencies(locked.office, reads, asked_outside(locked, wait))
        body = say(locked, "notice.resumed.agency", agency=names, promised=promised(locked))
        return [_card(locked, "resumed", body=body)]
    if stands:
        return [_card(locked, "resumed", body=say(locked, "notice.resumed.stands", promised=promised(locked)))]
    began, ended = local(wait.start).date(), local(wait.end or locked.now).date()
    if began == ended:
        return [_card(locked, "resumed", body=say(locked, "notice.resumed.same_day", promised=promised(locked)))]
    days = {"start": firm_date(began + timedelta(days=1), reads), "end": firm_date(ended, reads)}
    return [_card(locked, "resumed", body=say(locked, "notice.resumed.firm", promised=promised(locked), **days))]


def extended(locked: LockedCase, reason: str) -> list[Outgoing]:
    """The date moved, and why (行政程序法 §51: the reason is told before the period ends)."""
    body = say(locked, "notice.extended.body", reason=for_firm(locked, reason), promised=promised(locked))
    return [_card(locked, "extended", body=body, tone="wait")]


def moved(locked: LockedCase) -> list[Outgoing]:
    """Another unit has the case; its date does not move."""
    return [_card(locked, "moved")]


def kind_changed(locked: LockedCase) -> list[Outgoing]:
    """The case is of another kind, which has another limit."""
    body = say(
        locked, "notice.kind.body", kind=say(locked, f"kind.{locked.case.kind}"),
        promised=promised(locked),
    )  # fmt: skip
    return [_card(locked, "kind", body=body)]


def redated(locked: LockedCase) -> list[Outgoing]:
    """The office calendar changed, and with it the day by which an answer is promised."""
    return [_card(locked, "redated", body=say(locked, "notice.redated.body", promised=promised(locked)), tone="wait")]


def closed(locked: LockedCase, outcome: Outcome, summary: str) -> list[Outgoing]:
    """The case is closed: how, and in what words; into which case of the same firm it went, or to which agency."""
    whither = _whither(locked)
    body = say(locked, f"notice.closed.{outcome}{'_named' if whither else ''}", **whither)
    if summary:
        body += f"\n{for_firm(locked, summary)}"
    return [_card(locked, "closed", body=body, tone="done")]


def _whither(locked: LockedCase) -> dict[str, str]:
    """The case that goes on, if it is the same firm's to know of, or the agency in charge."""
    stretch = locked.case.closed
    if stretch is None:
        return {}
    if stretch.agency is not None:
        found = locked.office.offices.agency(stretch.agency)
        return {"agency": found.name(language(locked)) if found else stretch.agency}
    target = case_store.by_number(locked.session, stretch.into) if stretch.into else None
    own = target is not None and locked.row.contact_id is not None and target.contact_id == locked.row.contact_id
    return {"number": target.number} if target is not None and own else {}


def survey(locked: LockedCase) -> list[Outgoing]:
    """How was it? One tap; five is best. The card says which matter it is about."""
    number = locked.row.number
    scores = tuple(
        Button(label=say(locked, f"rate.{score}"), data=postback("rate", number=number, score=score),
               shown=say(locked, f"rate.{score}"))
        for score in SCORES
    )  # fmt: skip
    title = say(locked, "rate.title", subject=short_subject(locked))
    return [Card(title=title, body=say(locked, "rate.body"), buttons=scores, alt=title)]


def reopened(locked: LockedCase) -> list[Outgoing]:
    """The case is open again under its number."""
    return [_card(locked, "reopened")]
