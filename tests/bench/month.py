"""A month of firms with their manners, over the real dialogue and services: what they receive, what of it is free.

Everything but LINE is real: messages are understood, cases are opened, officers work on them, notices go out by their
policies; only the clock is turned, and LINE takes what it is sent in the same process. The manners are assumptions,
written down in ``MANNERS`` and printed with the result: who only asks, who opens a case, who falls silent, blocks the
account, sends several messages in a row. The same number of firms gives the same month.
"""

from __future__ import annotations

import heapq
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from random import Random
from time import monotonic
from typing import Any

from sqlalchemy import select

from bot.web.words import word
from routing.domain.case import Kind, Outcome
from routing.domain.dialogue.state import state_from
from routing.domain.errors import OnestopError
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Sent
from routing.domain.permissions import SYSTEM
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, from_firm, notifying
from routing.service.conversation import commands as conversation_commands
from routing.service.messaging import ledger, outbox, parking
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Contact, ContactAddress
from routing.store.messaging import outbox as outbox_store
from tests.harness.branch import Branch, Played, branch_on, push, reader
from tests.harness.cast import LAND, OPERATIONS, SAFETY, SERVICE
from tests.harness.processes import ROOT

WRITTEN = ROOT / "build" / "bench-month.json"
GOAL = 0.8
FIRMS = 1000

MANNERS = {
    "adds the account before it writes": 0.4,
    "opens a case": 0.5,
    "writes in a row of short messages": 0.3,
    "asks a second question": 0.4,
    "comes back another day with a question": 0.25,
    "blocks the account in the middle of its case": 0.03,
    "has its case given to somebody else": 0.15,
    "has its case sent to another unit": 0.05,
    "has another agency asked": 0.12,
    "has the kind of its case changed": 0.05,
    "is asked for a supplement": 0.25,
    "of those: sends it and says that it is all": 0.5,
    "of those: sends it and falls silent": 0.3,
    "has its time extended": 0.08,
    "asks how far its case is": 0.3,
    "gets a second answer": 0.3,
    "says thanks after an answer": 0.5,
    "rates after closing": 0.3,
    "opens it again after closing": 0.04,
    "has an answer that LINE's token is too old for": 0.005,
}
"""How many of all firms (of those with a case, where a case is spoken of) do what."""

QUESTIONS = (
    "租地要繳多少預約金？", "請問上班時間？", "廠房可以分割轉租嗎？", "設立公司要準備什麼文件？",
    "園區裡可以設員工宿舍嗎？",
    "排放許可證快到期了怎麼展延？", "外籍移工要怎麼申請？", "進口機器設備可以免關稅嗎？", "想增加用電容量要向誰申請？",
    "工廠登記變更負責人要辦什麼？", "How do I renew my lease?", "建照要多久才會下來？",
)  # fmt: skip
MATTERS = (
    "圍牆外的大樹倒下來了，想請人來看", "我們門口的路燈不亮三天了", "排水溝的蓋板破了一個洞，想請貴局派人修繕",
    "隔壁工廠晚上施工太吵，想請貴局協調", "想申請續租標準廠房，請協助", "水費帳單金額和我們抄表不一樣，請協助確認",
    "公共停車場的柵欄壞了，車子出不去", "我們想承租後面那塊空地當倉庫，請協助",
)  # fmt: skip
BURST = ("您好", "想請問一下", "我們在楠梓")


class Line(Played):
    """LINE that takes everything, and how often it was called."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: Counter[str] = Counter()
        self.objects: Counter[str] = Counter()

    def _take(self, kind: str, messages: list[Any]) -> Sent:
        self.calls[kind] += 1
        self.objects[kind] += len(messages)
        number = self.calls.total()
        return Sent(f"r{number}", tuple(f"{number}x{place}" for place, _ in enumerate(messages)))

    def reply(self, _token: str, messages: list[Any], **_more: Any) -> Sent:
        """By reply token."""
        return self._take("reply", messages)

    def push(self, _to: str, messages: list[Any], **_more: Any) -> Sent:
        """On our own account."""
        return self._take("push", messages)


Act = Iterator[timedelta]
"""What somebody does, step by step; gives how long passes until the next."""


class Month:
    """The branch, its people, LINE, and everybody's next step by time."""

    def __init__(self, branch: Branch, firms: int, *, seed: int) -> None:
        self.branch, self.random, self.line = branch, Random(f"{firms} {seed}"), Line()
        self.start = branch.now.replace(hour=0, minute=0)
        self.end = ledger.month_of(f"{self.start:%Y-%m}", self.start).end
        self.steps: list[tuple[datetime, int, Act]] = []
        self.serial = 0
        self.refused: Counter[str] = Counter()
        self.staff = {unit: [branch.staff(f"{name}{n}", unit=unit) for n in range(3)] for name, unit in
                      (("land", LAND), ("invest", SERVICE), ("safety", SAFETY), ("manage", OPERATIONS))}  # fmt: skip
        self.made = UnitOfWorkFactory(
            database=branch.database, office_provider=OfficeContextProvider(base=branch.office)
        )
        self.swept = branch.now
        for number in range(firms):
            days = self.random.uniform(0, (self.end - self.start).days - 1)
            at = self.start + timedelta(days=days)
            if not branch.office.calendar.is_open(at) and self.random.random() < 0.85:
                at = branch.office.calendar.next_opening(at) + timedelta(hours=self.random.uniform(0, 8))
            self._queue(at, Firm(self, f"U{number:05d}").acts())

    def _queue(self, at: datetime, act: Act) -> None:
        self.serial += 1
        heapq.heappush(self.steps, (at, self.serial, act))

    def does(self, manner: str) -> bool:
        """Whether somebody has a manner."""
        return self.random.random() < MANNERS[manner]

    def play(self) -> None:
        """The whole month."""
        while self.steps and self.steps[0][0] < self.end:
            at, _, act = heapq.heappop(self.steps)
            self.sweep(at)
            self.branch.now = max(self.branch.now, at)
            try:
                passes = next(act, None)
            except OnestopError as error:
                # The case went another way meanwhile (withdrawn, closed): whoever wanted the step leaves it.
                self.refused[error.code] += 1
                passes = None
            self.deliver()
            if passes is not None:
                self._queue(self.branch.now + passes, act)
        self.sweep(self.end - timedelta(minutes=1))

    def sweep(self, until: datetime) -> None:
        """What the worker does in between, every half hour of the month."""
        while self.swept + timedelta(minutes=30) <= until:
            self.swept += timedelta(minutes=30)
            self.branch.now = self.swept
            if from_firm.end_quiet_waits(self.made, now=self.swept) or parking.release_due(
                self.made, renew=notifying.renew, now=self.swept
            ):
                self.deliver()

    def deliver(self) -> None:
        """All that is due goes out."""
        database = self.branch.database
        while True:
            with database.reading() as session:
                if not outbox_store.any_unfinished(session):
                    return
            with database.writing() as session:
                batch = outbox.lease_messages(session, self.line, now=self.branch.now, limit=20)
            for one in batch:
                outbox.deliver(self.branch.database, self.line, one, now=self.branch.now)

    def office_hours(self, hours: float) -> timedelta:
        """So many working hours from now."""
        amount = timedelta(hours=hours)
        return self.branch.office.calendar.add_business_time(self.branch.now, amount) - self.branch.now


class Firm:
    """One firm and, once it has a case, the officer who works on it."""

    def __init__(self, month: Month, user_id: str) -> None:
        self.month, self.branch, self.user_id = month, month.branch, user_id
        self.serial = 0

    def acts(self) -> Act:
        """What it does, from the first word to the last."""
        does, random = self.month.does, self.month.random
        if does("adds the account before it writes"):
            self.does(InboundKind.FOLLOW)
            yield timedelta(minutes=random.uniform(0.2, 5))
        with_case = does("opens a case")
        if not with_case or does("asks a second question"):
            self.asks()
            yield timedelta(minutes=random.uniform(0.5, 10))
        if with_case:
            yield from self.has_a_case()
        if does("asks a second question"):
            self.asks()
        if does("comes back another day with a question"):
            yield timedelta(days=random.uniform(1, 10))
            self.asks()

    def asks(self) -> None:
        """A question, perhaps in several messages."""
        question = self.month.random.choice(QUESTIONS)
        self.says(*(*BURST, question) if self.month.does("writes in a row of short messages") else (question,))

    def has_a_case(self) -> Act:
        """It opens a case, the officer works on it, and the firm takes part, or not."""
        random = self.month.random
        yield from self.opens(random.choice(MATTERS))
        number = self.number()
        if number is None:
            return
        yield from self.is_worked_on(number)
        if self.month.does("blocks the account in the middle of its case"):
            self.does(InboundKind.UNFOLLOW)
        yield self.month.office_hours(random.uniform(1, 6))
        self.officer(number, lambda held: case_commands.reply(held, "已派員前往，預計本週完成。", notify=push))
        if self.month.does("says thanks after an answer"):
            yield timedelta(minutes=random.uniform(1, 90))
            self.says(random.choice(("謝謝", "收到，感謝", "好的")))
        if self.month.does("gets a second answer"):
            yield self.month.office_hours(random.uniform(2, 12))
            self.officer(number, lambda held: case_commands.reply(held, "現場已處理完成。", notify=push))
        yield self.month.office_hours(random.uniform(1, 8))
        self.officer(
            number, lambda held: case_commands.close(held, Outcome.ANSWERED, summary="已處理完成", notify=push)
        )
        yield from self.after_closing(number)

    def opens(self, matter: str) -> Act:
        """From the first words to the receipt, one answer at a time."""
        pause = lambda: timedelta(seconds=self.month.random.uniform(8, 60))  # noqa: E731
        self.says(*(*BURST, matter) if self.month.does("writes in a row of short messages") else (matter,))
        yield pause()
        self.taps("open_case")
        yield pause()
        for answer in (f"晴川精密{self.user_id[1:]}有限公司", "陳小姐", "07-3611212"):
            if self.step() in {"summary", "park"}:
                break
            self.says(answer)
            yield pause()
        if self.step() == "park":
            self.taps("park", id="nanzih")
            yield pause()
        self.taps("confirm_case")

    def is_worked_on(self, number: str) -> Act:
        """What happens to a case before it is answered."""
        month, random = self.month, self.month.random
        if month.does("has its case given to somebody else"):
            yield month.office_hours(random.uniform(0.2, 3))
            unit = self.branch.row(number).unit
            other = next((one for one in month.staff.get(unit, ()) if one != self.branch.row(number).assignee), None)
            if other is not None:
                self.officer(number, lambda held: case_commands.assign(held, other, notify=push))
        if month.does("has its case sent to another unit"):
            yield month.office_hours(random.uniform(0.2, 3))
            self.officer(number, lambda held: case_commands.change_category(
                held, "tax", topic=None, reason="改由投資服務科辦理", notify=push))  # fmt: skip
        if month.does("has the kind of its case changed"):
            yield month.office_hours(random.uniform(0.2, 3))
            self.officer(
                number,
                lambda held: case_commands.change_kind(held, Kind.PET, filed_at=None, reason="陳情", notify=push),
            )
        if month.does("has another agency asked"):
            yield month.office_hours(random.uniform(0.5, 4))
            self.officer(number, lambda held: case_commands.wait(
                held, "agency", agency="taipower", message="請協助確認", notify=push))  # fmt: skip
            yield month.office_hours(random.uniform(4, 16))
            self.officer(number, lambda held: case_commands.resume(held, notify=push))
        if month.does("asks how far its case is"):
            yield timedelta(hours=random.uniform(1, 20))
            self.says(random.choice(("我的案件到哪了", "請問進度如何")))
        if month.does("is asked for a supplement"):
            yield from self.supplements(number)
        if month.does("has its time extended"):
            yield month.office_hours(random.uniform(0.5, 4))
            self.officer(number, lambda held: extensions.ask(held, 3, reason="需現場會勘", notify=push))

    def supplements(self, number: str) -> Act:
        """The firm is asked for something, and sends it or not."""
        month, random = self.month, self.month.random
        yield month.office_hours(random.uniform(0.5, 4))
        self.officer(number, lambda held: case_commands.wait(held, "firm", message="請提供現場照片", notify=push))
        sends, silent = month.does("of those: sends it and says that it is all"), False
        if not sends:
            silent = month.does("of those: sends it and falls silent")
        yield timedelta(hours=random.uniform(0.5, 30))
        if sends or silent:
            self.does(InboundKind.MEDIA, media="image")
            yield timedelta(minutes=2)
            self.says("這是現場的照片")
        if sends:
            yield timedelta(minutes=2)
            self.says("都補齊了")
        yield month.office_hours(8)
        if self.branch.case(number).status.value == "waiting_firm":
            self.officer(number, lambda held: case_commands.resume(held, notify=push))

    def after_closing(self, number: str) -> Act:
        """Thanks, a rating, or the case again."""
        month, random = self.month, self.month.random
        yield timedelta(minutes=random.uniform(5, 600))
        if month.does("rates after closing"):
            self.taps("rate", number=number, score=random.choice((3, 4, 5, 5)))
            self.taps("cancel")
        elif month.does("says thanks after an answer"):
            self.does(InboundKind.STICKER)
        if month.does("opens it again after closing"):
            yield timedelta(hours=random.uniform(1, 48))
            self.taps("reopen", number=number)
            yield month.office_hours(random.uniform(2, 8))
            self.officer(number, lambda held: case_commands.reply(held, "已再次派員。", notify=push))
            yield month.office_hours(random.uniform(2, 8))
            self.officer(
                number, lambda held: case_commands.close(held, Outcome.ANSWERED, summary="已完成", notify=push)
            )

    # What reaches the branch.

    def says(self, *words: str) -> None:
        """One or several messages that are understood together."""
        self._take(*(self._inbound(InboundKind.TEXT, text=text) for text in words))

    def taps(self, action: str, **values: object) -> None:
        """Tap a button."""
        data = {"action": action, **{name: str(value) for name, value in values.items()}}
        self.does(InboundKind.POSTBACK, data=data)

    def does(self, kind: InboundKind, **values: Any) -> None:
        """Anything else."""
        self._take(self._inbound(kind, **values))

    def _inbound(self, kind: InboundKind, **values: Any) -> Inbound:
        self.serial += 1
        self.branch.now += timedelta(seconds=1)
        said = kind not in {InboundKind.POSTBACK, InboundKind.FOLLOW, InboundKind.UNFOLLOW}
        return Inbound(
            channel="line", kind=kind, at=self.branch.now, user_id=self.user_id,
            reply_token=f"{self.user_id}-{self.serial}",
            message_id=f"{self.user_id}-{self.serial}" if said else None, **values,
        )  # fmt: skip

    def _take(self, *inbounds: Inbound) -> None:
        branch = self.branch
        late = self.month.does("has an answer that LINE's token is too old for")
        with branch.database.writing() as session:
            conversation_commands.take(
                session, branch.office, reader(), conversation_commands.joined(inbounds), now=branch.now,
                token_until=branch.now - timedelta(seconds=1) if late else branch.now + timedelta(seconds=50),
                together=inbounds,
            )  # fmt: skip
        self.month.deliver()

    def officer(self, number: str, step: Callable[[Any], object]) -> None:
        """Somebody of the branch does something with the case."""
        with self.branch.hold(number, self.branch.row(number).assignee or SYSTEM) as held:
            step(held)

    def closes(self, number: str, summary: str) -> None:
        """The officer closes the case."""
        self.officer(number, lambda held: case_commands.close(held, Outcome.ANSWERED, summary=summary, notify=push))

    def _contact(self, session: Any) -> Contact:
        query = select(Contact).join(ContactAddress, ContactAddress.contact_id == Contact.id)
        return session.scalars(query.where(ContactAddress.address == self.user_id)).one()  # type: ignore[no-any-return]

    def step(self) -> str:
        """What was asked last."""
        with self.branch.database.reading() as session:
            return state_from(self._contact(session).dialogue).step.value

    def number(self) -> str | None:
        """Its newest case."""
        with self.branch.database.reading() as session:
            query = select(CaseRow.number).where(CaseRow.contact_id == self._contact(session).id)
            return session.scalars(query.order_by(CaseRow.id.desc()).limit(1)).first()


@dataclass(slots=True)
class Result:
    """What came out of a month, or of a part of its firms."""

    month: str = ""
    firms: int = 0
    cases: int = 0
    parked: int = 0
    not_sent: int = 0
    sums: dict[str, Counter[str]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    objects: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Result) -> None:
        """The firms of another part are firms of the same month."""
        self.month = other.month
        self.firms += other.firms
        self.cases += other.cases
        self.parked += other.parked
        self.not_sent += other.not_sent
        for reason, costs in other.sums.items():
            self.sums.setdefault(reason, Counter()).update(costs)
        for mine, theirs in ((self.calls, other.calls), (self.objects, other.objects), (self.refused, other.refused)):
            mine.update(theirs)

    @property
    def totals(self) -> Counter[str]:
        """Messages by cost."""
        return sum(self.sums.values(), Counter())

    @property
    def free_share(self) -> float:
        """Of what firms received, the part that cost nothing."""
        return 1 - self.totals["push"] / max(1, self.totals.total())


def simulate(firms: int, part: int = 0) -> Result:
    """A month of so many firms in a database of its own; what the ledger says of it."""
    with branch_on("sqlite") as branch:
        month = Month(branch, firms, seed=part)
        month.play()
        with branch.database.reading() as session:
            wanted = ledger.month_of(f"{month.start:%Y-%m}", month.end)
            found = ledger.ledger(session, branch.office, SYSTEM, wanted, now=month.end)
    return Result(
        month=wanted.name, firms=firms, cases=found.cases, parked=found.parked, not_sent=found.not_sent,
        sums={reason: Counter(costs) for reason, costs in found.sums.items()}, calls=month.line.calls,
        objects=month.line.objects, refused=month.refused,
    )  # fmt: skip


def table(found: Result) -> str:
    """What came out, for people."""
    lines = [f"{'':28} {'messages':>9} {'reply':>8} {'push':>8} {'free':>8}   (free: not counted)"]
    for reason, costs in sorted(found.sums.items(), key=lambda one: -one[1].total()):
        name = f"{reason:16} {word(reason, 'notice')}"
        lines.append(f"{name:28} {costs.total():9} {costs['reply']:8} {costs['push']:8} {costs['free']:8}")
    totals = found.totals
    lines += [
        f"{'all':28} {totals.total():9} {totals['reply']:8} {totals['push']:8} {totals['free']:8}",
        "",
        f"free share of what firms received: {found.free_share:.1%} (goal {GOAL:.0%})",
        f"by reply alone: {totals['reply'] / max(1, totals.total()):.1%}",
        f"counted pushes a case: {totals['push'] / max(1, found.cases):.2f} ({found.cases} cases)",
        f"calls: {dict(found.calls)}; objects in them: {dict(found.objects)}",
        f"parked at the end: {found.parked}; not sent (parked, overtaken, blocked): {found.not_sent}",
        f"steps that the case did not allow any more: {dict(found.refused)}",
    ]
    return "\n".join(lines)


def main(firms: int = FIRMS) -> None:
    """Play a month, the firms in one part a core, print the table, write the JSON."""
    began = monotonic()
    parts = max(1, min(os.cpu_count() or 1, firms // 50))
    sizes = [firms // parts + (part < firms % parts) for part in range(parts)]
    found = Result()
    with ProcessPoolExecutor(parts, mp_context=get_context("spawn")) as pool:
        for one in pool.map(simulate, sizes, range(parts)):
            found.add(one)
    seconds = monotonic() - began
    sys.stdout.write(f"{firms} firms, {found.month}, manners as in tests/bench/month.py:\n")
    sys.stdout.write("".join(f"  {share:6.1%} {manner}\n" for manner, share in MANNERS.items()))
    sys.stdout.write(f"\n{table(found)}\n{seconds:.0f} seconds\n")
    WRITTEN.parent.mkdir(exist_ok=True)
    written = {
        "month": found.month, "firms": firms, "cases": found.cases, "free_share": found.free_share,
        "totals": found.totals, "sums": found.sums, "calls": found.calls, "objects": found.objects,
        "parked": found.parked, "not_sent": found.not_sent, "manners": MANNERS, "seconds": round(seconds),
    }  # fmt: skip
    WRITTEN.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
