"""A case put into words: its conversation, its history in sentences, and what to say after a step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.web.words import word
from knowledge.calendar.republic import roc_date, roc_instant
from knowledge.vocabulary import UNNAMED_CHANNEL
from routing.domain.case import Event, EventKind
from routing.domain.consultations import Consultation
from routing.domain.messages import Outgoing
from routing.service.cases import notifying
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.queries import CaseWhole, Merged
from routing.service.cases.surroundings import Told
from routing.service.messaging import parking
from routing.service.office_context import OfficeContext

_FROM_FIRM = {EventKind.MESSAGE, EventKind.RATED, EventKind.CALL_ASKED}
SAID = frozenset({"replied", "waiting_firm", "closed"})
"""Notices that carry words which also stand in the conversation."""
NOT_OF_TALK = SAID | {"reminder", "data_request", "group"}
"""What is not shown as the system's part of it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the conversation as the page shows it: ``side`` is ``in``, ``out`` or ``note``.

    ``source``: the merged case for which it was said (併案). ``before``: what the system said by itself before it.
    """

    side: str
    who: str
    message: Any
    files: list[Any]
    delivery: Any | None
    source: str | None = None
    before: list[Told] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Happened:
    """One event in words."""

    at: datetime
    title: str
    detail: str
    who: str


def conversation(whole: CaseWhole, merged: Sequence[Merged] = ()) -> list[Said]:
    """The messages of a case, oldest first, each with its file and what became of it.

    ``merged``: the cases that were merged into it; what their firms say stands under their own names.
    """
    others = {one.contact_id: one for one in merged if one.contact_id != whole.row.contact_id}
    firm = whole.firm.name if whole.firm else whole.row.contact_name or "廠商"
    sent = {row.created_at: row for row in reversed(whole.deliveries) if row.reason in SAID}
    said = []
    for message in whole.messages:
        delivery = sent.get(message.at) if message.direction == "out" else None
        other = others.get(message.contact_id) if message.direction == "in" and message.contact_id else None
        firm_or_other = (other.firm or "廠商") if other else firm
        who = firm_or_other if message.direction == "in" else whole.names.get(message.by or "", message.by or "系統")
        said.append(
            Said(
                side=message.direction, who=who, message=message, files=whole.media.get(message.id, []),
                source=whole.sources.get(message.id) or (other.number if other else None),
                delivery=delivery if delivery is not None and delivery.channel == message.via else None,
            )
        )  # fmt: skip
    return said


def with_system(said: Sequence[Said], told: Sequence[Told]) -> list[Told]:
    """Put what the system said before the message that follows it; gives what was said after the last one."""
    left = list(told)
    for one in said:
        while left and left[0].at <= one.message.at:
            one.before.append(left.pop(0))
    return left


def history(events: tuple[Event, ...], names: Mapping[str, str], office: OfficeContext) -> list[Happened]:
    """Events in words, in the order given."""
    return [
        Happened(
            at=event.at,
            title=_title(event),
            detail="；".join(part for part in _parts(event, names, office) if part),
            who="廠商"
            if event.kind in _FROM_FIRM and event.by is None
            else names.get(event.by or "", event.by or "系統"),
        )
        for event in events
    ]


def taken_back(events: Iterable[Event]) -> frozenset[int]:
    """The messages that were replies until they were taken back."""
    return frozenset(event.data["message_id"] for event in events if event.kind is EventKind.TAKEN_BACK)


def given(whole: CaseWhole, office: OfficeContext) -> Happened | None:
    """How the case came to its officer, if a person gave it: who, when, and why."""
    moves = [one for one in whole.events if one.kind in {EventKind.ASSIGNED, EventKind.CATEGORY} and one.by is not None]
    reasoned = [one for one in moves if one.data.get("reason")]
    last = (reasoned or moves)[-1:]
    return history(tuple(last), whole.names, office)[0] if last else None


def _title(event: Event) -> str:
    if event.kind is EventKind.NOTE and "files" in event.data:
        return "傳送檔案給廠商" if event.data["files"] == "firm" else "附加檔案"
    if event.kind is EventKind.WAITING:
        return "請廠商補件" if event.data.get("on") == "firm" else "會辦"
    return word(event.kind.value, "event")


def agency_name(code: str | None, office: OfficeContext) -> str:
    """An agency as staff call it."""
    found = office.offices.agency(code) if code else None
    return found.short if found else code or ""


def consulting(asked: Iterable[Consultation], office: OfficeContext) -> str:
    """Who is asked, as staff call them."""
    return "、".join(one.unit or agency_name(one.agency, office) for one in asked)


def _parts(event: Event, names: Mapping[str, str], office: OfficeContext) -> list[str]:
    data = event.data
    say: dict[EventKind, Callable[[], list[str]]] = {
        EventKind.ASSIGNED: lambda: [
            f"給 {names.get(data['to'], data['to'])}" if data.get("to") else "改為待分案",
            data.get("reason") or "", f"移至{data['unit']}" if data.get("unit") else "",
        ],
        EventKind.REPLIED: lambda: [
            word(data.get("via"), "channel"), _prefixed("文號 ", data.get("doc_no")), _drafted(data, names),
        ],
        EventKind.DRAFTED: lambda: [word(data["outcome"], "draft_outcome") if data.get("outcome") else ""],
        EventKind.DRAFT_RETURNED: lambda: [data.get("note") or ""],
        EventKind.WAITING: lambda: [
            *_asked(data, office), _prefixed("至 ", day_written(data.get("until"))), data.get("reason") or "",
        ],
        EventKind.GATHERED: lambda: [data.get("title") or ""],
        EventKind.PARTED: lambda: [data.get("title") or ""],
        EventKind.CONSULTED: lambda: [*_asked(data, office), _prefixed("至 ", day_written(data.get("until")))],
        EventKind.CONSULTATION_WITHDRAWN: lambda: [agency_name(data.get("of"), office), data.get("reason") or ""],
        EventKind.EXTENDED: lambda: [f"{data['days']} 日", data.get("reason") or ""],
        EventKind.EXTENSION_ASKED: lambda: [
            f"{data['days']} 日", _prefixed("展至 ", day_written(data.get("due_on"))), data.get("reason") or "",
        ],
        EventKind.EXTENSION_REFUSED: lambda: [data.get("note") or ""],
        EventKind.CATEGORY: lambda: [
            word(data.get("category"), "category"), word(data["topic"], "topic") if data.get("topic") else "",
            data.get("unit") or "", data.get("reason") or "",
        ],
        EventKind.KIND: lambda: [
            word(data.get("kind"), "kind"),
            f"自 {roc_instant(datetime.fromisoformat(data['filed_at']))} 起算" if data.get("filed_at") else "",
            data.get("reason") or "",
        ],
        EventKind.TRANSFERRED: lambda: [data.get("unit") or ""],
        EventKind.CLOSED: lambda: [
            word(data.get("outcome"), "outcome"), _prefixed("併入 ", data.get("into")), data.get("reason") or "",
            _drafted(data, names),
            _prefixed("移請 ", agency_name(data.get("agency"), office)),
            _prefixed("會辦：", word(data["consultation"], "consultation_end") if data.get("consultation") else None),
            word(data["extension"], "extension_end") if data.get("extension") else "",
        ],
        EventKind.REOPENED: lambda: [data.get("reason") or ""],
        EventKind.RATED: lambda: [
            f"{data['score']} 分（5 分最佳）", word(data.get("via") or UNNAMED_CHANNEL.value, "channel"),
            "附說明" if data.get("message_id") else "",
        ],
        EventKind.CALL_ASKED: lambda: [word(data["when"], "call_time") if data.get("when") else ""],
        EventKind.CALLED: lambda: ["已聯繫上廠商", data.get("note") or ""],
        EventKind.CALL_TRIED: lambda: [data.get("note") or ""],
        EventKind.NOTE: lambda: [
            _prefixed("會辦回復：", agency_name(data.get("answers"), office)),
            word(data["result"], "consultation_result") if data.get("result") else "",
            _prefixed("答復人：", "，".join(data[name] for name in ("answered_by", "phone") if data.get(name))),
        ],
        EventKind.MOVED: lambda: [
            f"由 {data['source']} 移入" if data.get("source") else f"移至 {data.get('to') or '廠商另一件事'}",
        ],
        EventKind.CORRECTED: lambda: [
            "、".join(word(name, "case_field") for name in data["fields"]),
            _parks(data) if "park" in data["fields"] else "",
        ],
        EventKind.LINKED: lambda: [
            data["number"], word(data["relation"], "relation") if data.get("relation") else "解除關聯",
        ],
        EventKind.MERGED: lambda: [f"{data['source']} 併入本案"],
        EventKind.MESSAGE: lambda: [_prefixed("來自併入之 ", data.get("source"))],
        EventKind.WATCHED: lambda: ["" if data.get("watched") else "解除列管", data.get("reason") or ""],
        EventKind.SNOOZED: lambda: [f"至 {day_written(data['until'])}" if data.get("until") else "恢復顯示"],
        EventKind.RESUMED: lambda: ["廠商補齊" if data.get("message_id") else ""],
        EventKind.CONFIDENTIAL: lambda: ["設為保密" if data.get("confidential") else "取消保密"],
    }  # fmt: skip
    return say.get(event.kind, list)()


def _asked(data: Mapping[str, Any], office: OfficeContext) -> list[str]:
    agreed = word(data["consent"], "consent") if data.get("consent") else ""
    return [data.get("unit") or agency_name(data.get("agency"), office), data.get("office") or "", agreed]


def _drafted(data: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Of an answer that was approved: who wrote it; whoever approved stands with the event."""
    writer = data.get("drafted_by")
    return f"{names.get(writer, writer)} 撰稿，經核定" if writer else ""


def _parks(data: Mapping[str, Any]) -> str:
    return f"園區由「{data.get('park_before') or '不明'}」改為「{data.get('park') or '不明'}」"


def day_written(value: str | None) -> str:
    """A day that an event keeps as 2026-11-22, as agencies write it; whatever else stands there stays."""
    try:
        return roc_date(date.fromisoformat(value)) if value else ""
    except ValueError:
        return value or ""


def _prefixed(words: str, value: str | None) -> str:
    return words + value if value else ""


@dataclass(slots=True)
class RecordedNotice:
    """Takes the notices of a step to the firm, and remembers whether there were any."""

    reasons: list[str] = field(default_factory=list)
    given: bool = False
    """Whether the firm has heard it already, by telephone or letter."""

    def __call__(self, locked: LockedCase, reason: str, messages: list[Outgoing]) -> None:
        """Queue a notice."""
        notifying.push(locked, reason, messages)
        self.reasons.append(reason)

    def outcome(self, locked: LockedCase) -> str:
        """What the person who did the step reads about it: a word of the family ``outcome_of_notice``."""
        if not self.reasons:
            return "none"
        address = locked.address()
        if address is None or locked.row.imported:
            return "given" if self.given else "no_address"
        if address.reachable and locked.hold:
            return "held"
        if address.reachable:
            waits = all(parking.waits(locked.session, locked.office, address.channel, one) for one in self.reasons)
            return "parked" if waits else "queued"
        return "given" if self.given else "blocked"
