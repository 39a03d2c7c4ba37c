"""One turn of a conversation: what a handler is given, and what it gives back. Handlers do nothing themselves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Protocol

from knowledge.emergency import Duty
from knowledge.entries import FaqEntry
from knowledge.offices.directory import Park
from knowledge.services import OnlineService
from knowledge.understand import Understanding
from routing.domain.asked_sets import Asked
from routing.domain.decision import Action, Decision
from routing.domain.dialogue.answers import asks
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.state import State
from routing.domain.feeds.outages import Announced
from routing.domain.feeds.registry import Registered
from routing.domain.inbound import Inbound
from routing.domain.land.needs import Need
from routing.domain.messages import Outgoing
from routing.domain.survey import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCard:
    """A case as its firm sees it; dates and names are ready to read."""

    number: str
    subject: str
    status: str
    category: str
    unit: str
    officer: str | None
    promised: str
    now: str = ""
    """Who waits for whom, until when; empty once it is closed."""
    closed: bool
    waits_on_firm: bool
    missing: str = ""
    """What it was asked for, as a list, while it waits on the firm."""
    pieces: str = ""
    """How much of that has come, and when the last of it."""
    closed_at: datetime | None = None
    into: str = ""
    """The number of the open case in which it goes on, if it was merged (併案); that one may be another firm's."""
    own: bool = True
    """Opened by this person; else by a colleague of the firm, who lets it be seen."""
    shared: bool = False
    """Colleagues may see it."""
    survey: Standing = "none"
    """Whether the close that stands can be rated now."""
    surveyed: bool = False
    """Whether the firm was asked about the close that stands."""
    matter: str | None = None
    """Category, of ``other`` with its topic; None where that tells no matter."""
    topic: str | None = None
    answered: bool = False
    """It waits on the firm, and something has come."""
    alert: str | None = None
    """The kind of emergency that it is of."""
    person: bool = False
    """Its officer holds the conversation at the moment."""
    officer_at: datetime | None = None
    """When its officer wrote something that the firm has not answered."""
    talked_at: datetime | None = None
    """When its officer wrote last, answered or not."""
    received_at: datetime | None = None
    steps: tuple[tuple[str, str], ...] = ()
    """(when, what), the newest last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we know of the person writing."""

    firm_name: str | None = None
    ubn: str | None = None
    contact_name: str | None = None
    phone: str | None = None
    park: str | None = None
    park_kind: str | None = None
    bound: bool = False
    """Is bound to the firm by a code of an officer's."""
    noticed: bool = False
    """Has seen the current privacy notice."""

    @property
    def complete(self) -> bool:
        """Whether a case can be opened without asking anything."""
        return all((self.firm_name, self.contact_name, self.phone, self.park))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A message of the firm that a button speaks of: its rows, its words, and the case in which it stands."""

    ids: tuple[int, ...]
    text: str
    number: str | None = None


class Say(Protocol):
    """A sentence by key, in the firm's language."""

    def __call__(self, key: str, **values: object) -> str:
        """The sentence with its placeholders filled."""


def no_service(_entry: FaqEntry) -> OnlineService | None:
    """Nothing is applied for online."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeDay:
    """The branch's office on a day. ``closure``: the announced closure, `full`, `am`, `pm` (``named``) or its hours."""

    hours: str
    working: bool = True
    open_now: bool = True
    closure: str | None = None
    opens: str = ""
    """When it opens next, if it is closed now."""

    @property
    def named(self) -> bool:
        """Whether the closure is of the day, the morning or the afternoon, and not of some hours."""
        return self.closure in {"full", "am", "pm"}


def usual_day(_day: date | None) -> OfficeDay:
    """A working day like any other."""
    return OfficeDay(hours="")


def unknown_firm(_ubn: str) -> str | None:
    """No firm is known by its number."""
    return None


def unregistered(_ubn: str) -> Registered | None:
    """The register says nothing."""
    return None


def no_outages(_park: Park, _of: frozenset[str]) -> tuple[Announced, ...]:
    """Nothing is announced."""
    return ()


def no_duties(_alert: str) -> tuple[Duty, ...]:
    """Nothing that the firm must report."""
    return ()


def no_topic(_alert: str) -> str | None:
    """The category decides."""
    return None


def no_phone(_category: str, _topic: str | None) -> str:
    """No unit's number is known."""
    return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Everything a handler may look at. ``words`` is what was said before and now, for the summary."""

    inbound: Inbound
    state: State
    known: Known
    language: str
    say: Say
    now: datetime
    today: date
    cases: tuple[CaseCard, ...]
    parks: tuple[Park, ...]
    find_park: Callable[[str], Park | None]
    entry: Callable[[str], FaqEntry | None]
    common: Callable[[str], tuple[FaqEntry, ...]]
    small_reply: Callable[[str], str | None]
    emergency: Callable[[str], tuple[str, tuple[tuple[str, str], ...]] | None]
    """For a kind of alert: the words, and (label, number) to call."""
    office_day: Callable[[date | None], OfficeDay] = usual_day
    """Of a day; of today for None."""
    firm_by_ubn: Callable[[str], str | None] = unknown_firm
    """The name of a verified firm with this 統一編號, masked: another person's firm is never spelt out."""
    registered: Callable[[str], Registered | None] = unregistered
    """What the commercial register has under a 統一編號, if it was asked."""
    unit_of: Callable[[str, str | None], str]
    closed_until: str | None
    """When the office opens next, if it is closed now."""
    hours_told: bool = False
    """Whether the firm was told so already."""
    asked: tuple[str, ...] = ()
    """What was asked of a case in the turn before, as its action and number."""
    privacy_url: str
    privacy_version: str
    phone_of: Callable[[str, str | None], str] = no_phone
    """The telephone of the unit for a category and topic; '' until the branch has filled it in."""
    mail: bool = False
    """Whether a binding code can go to a firm's own e-mail address."""
    keep_files_days: int = 1
    """After which a file of no case is deleted."""
    service: Callable[[FaqEntry], OnlineService | None] = no_service
    """The online service under an answer, if one with a verified address fits."""
    outages: Callable[[Park, frozenset[str]], tuple[Announced, ...]] = no_outages
    """What is announced for a park of ``power``, ``water`` or both."""
    alert_topic: Callable[[str], str | None] = no_topic
    """For a kind of alert: the topic that says which unit it goes to."""
    duties: Callable[[str], tuple[Duty, ...]] = no_duties
    """For a kind of alert: what the law has the firm itself report."""
    words: str = ""
    before: str = ""
    """``words`` without what is said now."""
    files: int = 0
    files_now: int = 0
    """How many of ``files`` came now."""
    pieces: tuple[tuple[int, str], ...] = ()
    """What is kept for a case, message by message, as the firm is shown it."""
    aside: tuple[tuple[int, str], ...] = ()
    """The same of the case whose opening was cancelled and can be taken up again."""
    pending_texts: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
    message_ids: tuple[int, ...] = ()
    """What came now: one message, or several that belong together."""
    quoted: str | None = None
    """The case of the message that this one quotes."""
    kept: Kept | None = None
    topics: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    """What was said of topics of announcements; who said nothing of one hears of it."""
    notice_title: str | None = None
    """Of the announcement that a button names, if it went to this person."""
    need: Need | None = None
    """What is known of the land that is looked for in the case that a button or the conversation names."""
    questions: Asked | None = None
    """The question set of that case, with what was answered."""
    understanding: Understanding | None = None
    decision: Decision | None = None

    @property
    def own_case(self) -> CaseCard | None:
        """The case that a button names, if this person opened it; a number typed by somebody else finds nothing."""
        found = self.seen_case
        return found if found is not None and found.own else None

    @property
    def seen_case(self) -> CaseCard | None:
        """The same, or a colleague's that this person may see."""
        number = self.inbound.data.get("number", "")
        return next((case for case in self.cases if case.number == number), None)

    def meant(self, case: CaseCard) -> CaseCard:
        """The case in which a merged one goes on, if that is this firm's too; else itself."""
        return next((one for one in self.cases if case.into and one.number == case.into), case)

    @property
    def message_ref(self) -> str:
        """What came now, as a button carries it."""
        return ref_of(self.message_ids)

    @property
    def person(self) -> CaseCard | None:
        """The case whose officer holds the conversation, if one does."""
        return next((case for case in self.cases if case.person), None)

    @property
    def officer_expects(self) -> bool:
        """Whether words may be meant for an officer: of an open case that waits for them, or that a person holds."""
        return any(case.waits_on_firm or case.person or case.officer_at for case in self.cases if not case.closed)

    @property
    def asks(self) -> bool:
        """Whether the words ask something."""
        return asks(self.inbound.text) or bool(self.understanding is not None and self.understanding.asks)

    @property
    def sure(self) -> bool:
        """Whether the base has an answer to the words that needs no person."""
        decision = self.decision
        return decision is not None and (decision.action is Action.ANSWER or decision.reason == "which_kind")


_IN_A_REF = 12
"""Messages that one button carries: postback data end at 300 characters."""


def ref_of(ids: Sequence[int]) -> str:
    """Messages as a button carries them."""
    return ".".join(str(one) for one in ids[:_IN_A_REF])


def ids_in(ref: str) -> tuple[int, ...]:
    """The messages that a button carries; none if it is not one of ours."""
    return tuple(int(one) for one in ref.split(".")) if re.fullmatch(r"\d{1,18}(?:\.\d{1,18}){0,11}", ref) else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Open a case with what the conversation gathered."""

    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class FillDetails:
    """The firm told more of itself after its case was opened: what ``state`` gathered."""

    number: str
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class AddToCase:
    """Tie messages to a case, wherever they stood; ``reason``: why there. ``piece``: something of what was asked for.

    ``quiet``: thanks or an OK, which leave no mark.
    """

    number: str
    message_ids: tuple[int, ...]
    reason: Reason
    piece: bool = True
    quiet: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOut:
    """Messages are a matter of their own and belong to no case."""

    message_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplied:
    """The firm says that all it was asked for is there."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The firm takes its case back."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen:
    """The firm says that a closed case is not solved. ``message_ids``: the words in which it did."""

    number: str
    message_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """The firm says how a case went."""

    number: str
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateReason:
    """The firm says why it gave its score."""

    number: str
    message_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCall:
    """The firm wants a call about a case, and when."""

    number: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepNeed:
    """The firm said more of what it looks for."""

    number: str
    need: Need


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepAnswers:
    """The firm answered or skipped a question of its case's set."""

    number: str
    asked: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLanguage:
    """The firm chose the language it reads."""

    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetQuiet:
    """The firm wants no more messages that merely inform, or wants them again."""

    quiet: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTopic:
    """The firm wants to hear of a topic, or no more. ``notice``: the announcement whose button said so."""

    topic: str
    wanted: bool
    notice: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TapNotice:
    """The firm asks about an announcement."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteEnquiry:
    """Write down what was asked and what we made of it. ``offered``: entry ids shown as choices.

    ``part``: which of several matters of one message it is about.
    """

    faq: str | None = None
    offered: tuple[str, ...] = ()
    part: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeAnswer:
    """The firm's word on our last answer."""

    verdict: str
    faq: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnKind:
    """The firm said which kind of park it is in (`technology`, `industrial`)."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind:
    """The person names its firm by 統一編號, and the code that an officer gave it."""

    ubn: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCode:
    """The person asks that a code go to the address that the record of the firm with this 統一編號 holds."""

    ubn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbind:
    """A binding of the own firm ends."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowColleagues:
    """Who is bound to the own firm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareCase:
    """Colleagues may see a case, or no more."""

    number: str
    shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MyData:
    """The person asks for its own data: ``show``, ``export`` or ``delete``."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSeen:
    """The privacy notice was shown."""


Effect = (
    OpenCase | FillDetails | AddToCase | TakeOut | Supplied | Withdraw | Reopen | Rate | RateReason | AskCall
    | KeepNeed | KeepAnswers | SetLanguage | SetQuiet | NoteEnquiry | JudgeAnswer | LearnKind | MyData | NoticeSeen
    | Bind | MailCode | Unbind | SetTopic | TapNotice | ShowColleagues | ShareCase
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The new state, what to say, and what to do; notices of what is done follow the messages."""

    state: State
    messages: tuple[Outgoing, ...] = ()
    effects: tuple[Effect, ...] = ()
