"""Plays a conversation from a YAML file (``tests/conversations``): who does what, and what must reach whom."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import yaml
from sqlalchemy import select

from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.case import Outcome
from routing.domain.dialogue.placement import Reason
from routing.domain.inbound import InboundKind
from routing.domain.messages import Outgoing, from_plain
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, from_firm
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.conversation.schema import Message
from routing.store.messaging.schema import Outbox
from tests.harness.branch import ENDING, Branch, push
from tests.harness.cast import LAND, OPERATIONS, SAFETY, SERVICE
from tests.harness.chat import Chat, actions_of, buttons_of, words_of

FOLDER = Path(__file__).parents[1] / "conversations"

_FIRM = {
    "says", "taps", "presses", "photo", "album", "file", "sticker", "location", "opens", "follows", "blocks", "unsends",
    "burst",
}  # fmt: skip
_FIRM_MORE = {"who", "as", "park", "quoting", "hears", "not_hears", "offers", "not_offers", "silent", "at_most"}
_OFFICER = {"replies", "asks", "waits_for", "resumes", "notes", "extends", "closes", "moves"}
_OFFICER_MORE = {"officer", "text", "to", "until"}
_CHECK = {
    "check", "status", "firm_answered", "waiting_on", "outcome", "has", "lacks", "category", "told", "not_told",
    "confidential",
}  # fmt: skip


def scripts() -> list[Path]:
    """All conversations, by name."""
    return sorted(FOLDER.glob("*.yaml"))


def load(path: Path) -> dict[str, Any]:
    """A script, with its steps checked: a misspelt key must not pass for a check that holds."""
    script = yaml.safe_load(path.read_text(encoding="utf-8"))
    unknown = set(script) - {"title", "traps", "begins", "steps"}
    assert not unknown, f"{path.name}: unknown {unknown}"
    for place, step in enumerate(script["steps"], start=1):
        allowed = next(
            allowed
            for has, allowed in (
                ({"officer"}, _OFFICER | _OFFICER_MORE), ({"check"}, _CHECK), ({"later"}, {"later"}),
                ({"cases"}, {"cases", "who"}), (_FIRM, _FIRM | _FIRM_MORE), (set(step), set()),
            )
            if has & set(step)
        )  # fmt: skip
        assert set(step) <= allowed, f"{path.name}, step {place}: unknown {set(step) - allowed}"
    return dict(script)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class Script:
    """One conversation on a branch. Failures name the step, and show what was said."""

    def __init__(self, branch: Branch) -> None:
        self.branch = branch
        self.numbers: dict[str, str] = {}
        self.chats: dict[str, Chat] = {}
        self.answers: dict[str, list[Outgoing]] = {}
        self._albums = 0
        self._officers = {
            unit: branch.staff(name, unit=unit)
            for name, unit in (("alice", LAND), ("carol", SERVICE), ("dora", SAFETY), ("emil", OPERATIONS))
        }
        self._units_of_work = UnitOfWorkFactory(
            database=branch.database, office_provider=OfficeContextProvider(base=branch.office)
        )

    def play(self, script: dict[str, Any]) -> None:
        """All steps in order."""
        if "begins" in script:
            self.branch.now = datetime.fromisoformat(str(script["begins"])).replace(tzinfo=TAIPEI)
        for place, step in enumerate(script["steps"], start=1):
            try:
                self._step(step)
            except AssertionError as failed:
                raise AssertionError(f"step {place} {step}: {failed}") from failed

    def _step(self, step: dict[str, Any]) -> None:
        if "officer" in step:
            self._officer(step)
        elif "check" in step:
            self._check(step)
        elif "later" in step:
            self._later(str(step["later"]))
        elif "cases" in step:
            found = len(self._chat(step).numbers)
            assert found == step["cases"], f"{found} cases"
        else:
            self._firm(step)

    def _chat(self, step: dict[str, Any]) -> Chat:
        who = step.get("who", "firm")
        return self.chats.setdefault(who, Chat(self.branch, f"U-{who}"))

    def _filled(self, text: str) -> str:
        for name, number in self.numbers.items():
            text = text.replace(f"{{{name}}}", number).replace(f"{{{name}4}}", number[-4:])
        return text

    # What a firm does.

    def _firm(self, step: dict[str, Any]) -> None:
        chat, who = self._chat(step), step.get("who", "firm")
        act = next(name for name in step if name in _FIRM)
        answer = self._acts[act](self, chat, step)
        self.answers[who] = answer
        if "as" in step:
            self.numbers[step["as"]] = chat.numbers[-1]
        words = words_of(answer)
        for wanted in _list(step.get("hears", [])):
            assert self._filled(str(wanted)) in words, f"{wanted!r} is not in the answer:\n{words}"
        for unwanted in _list(step.get("not_hears", [])):
            assert self._filled(str(unwanted)) not in words, f"{unwanted!r} is in the answer:\n{words}"
        offered = actions_of(answer)
        missing = set(_list(step.get("offers", []))) - offered
        assert not missing, f"not offered: {missing}; offered: {offered}; said:\n{words}"
        unwanted = set(_list(step.get("not_offers", []))) & offered
        assert not unwanted, f"offered: {unwanted}; said:\n{words}"
        if step.get("silent"):
            assert not answer, f"said:\n{words}"
        if "at_most" in step:
            assert len(answer) <= step["at_most"], f"{len(answer)} messages:\n{words}"

    def _says(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        quoted = self._quoted(self._filled(step["quoting"]), chat) if "quoting" in step else None
        return chat.text(self._filled(str(step["says"])), quoted_id=quoted)

    def _taps(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        action, *values = self._filled(step["taps"]).split()
        return chat.tap(action, **dict(value.split("=", 1) for value in values))

    def _presses(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        label = self._filled(str(step["presses"]))
        shown = [button for button in buttons_of(self.answers.get(step.get("who", "firm"), [])) if button.data]
        found = next((button for button in shown if label in button.label), None)
        assert found is not None, f"no such button: {label!r}; shown: {[button.label for button in shown]}"
        return chat.press(found)

    def _photos(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        said: list[Outgoing] = []
        for _ in range(int(step["photo"])):
            said += chat.photo()
        return said

    def _album(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        self._albums += 1
        size = int(step["album"])
        return chat.burst(photos=size, album=f"album-{self._albums}", album_size=size)

    def _burst(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        return chat.burst(*(self._filled(words) for words in step["burst"]))

    def _file(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        return chat.do(InboundKind.MEDIA, media="file", file_name=step["file"])

    def _location(self, chat: Chat, _step: dict[str, Any]) -> list[Outgoing]:
        return chat.do(InboundKind.LOCATION, text="高雄市楠梓區 22.72, 120.30")

    def _opens(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        chat.opens(self._filled(step["opens"]), park=step.get("park", "nanzih"))
        return []

    def _unsends(self, chat: Chat, step: dict[str, Any]) -> list[Outgoing]:
        row = self._message(self._filled(step["unsends"]), chat.contact.id)
        assert row.external_id is not None
        return chat.unsend(row.external_id)

    _acts: ClassVar[dict[str, Callable[[Script, Chat, dict[str, Any]], list[Outgoing]]]] = {
        "says": _says, "taps": _taps, "presses": _presses, "photo": _photos, "album": _album, "file": _file,
        "location": _location, "opens": _opens, "unsends": _unsends, "burst": _burst,
        "sticker": lambda _self, chat, _step: chat.sticker(), "follows": lambda _self, chat, _step: chat.follow(),
        "blocks": lambda _self, chat, _step: chat.unfollow(),
    }  # fmt: skip

    def _messages(self, words: str, contact_id: int) -> list[Message]:
        with self.branch.database.reading() as session:
            query = select(Message).where(
                Message.contact_id == contact_id, Message.direction == "in", Message.text.contains(words)
            )
            return list(session.scalars(query.order_by(Message.id.desc())))

    def _message(self, words: str, contact_id: int) -> Message:
        found = self._messages(words, contact_id)
        assert found, f"no message of the firm with {words!r}"
        return found[0]

    def _quoted(self, words: str, chat: Chat) -> str:
        """The channel's id of the newest message with these words, the firm's own first; ours get one as if sent."""
        contact_id = chat.contact.id
        own = self._messages(words, contact_id)
        if own and own[0].external_id is not None:
            return own[0].external_id
        with self.branch.database.writing() as session:
            query = select(Outbox).where(Outbox.contact_id == contact_id).order_by(Outbox.id.desc())
            for row in session.scalars(query):
                if words in words_of(from_plain(row.payload)):
                    row.sent_ids = row.sent_ids or f" sent-{row.id} "
                    return row.sent_ids.split()[0]
        raise AssertionError(f"nothing said holds {words!r}")

    # What the branch does.

    def _officer(self, step: dict[str, Any]) -> None:
        act = next(name for name in step if name in _OFFICER)
        number, value, text = self.numbers[step["officer"]], step[act], step.get("text", "已依規定處理")
        with self.branch.hold(number, self._officers[self.branch.row(number).unit]) as held:
            if act == "replies":
                case_commands.reply(held, self._filled(value), notify=push)
            elif act == "asks":
                items = "\n".join(self._filled(item) for item in _list(value))
                case_commands.wait(held, "firm", message=items, until=step.get("until"), notify=push)
            elif act == "waits_for":
                case_commands.wait(held, "agency", agency=value, message=text, notify=push)
            elif act == "resumes":
                case_commands.resume(held, notify=push)
            elif act == "notes":
                case_commands.note(held, value, notify=push)
            elif act == "extends":
                extensions.ask(held, int(value), reason=text, notify=push)
            elif act == "closes":
                case_commands.close(held, Outcome(value), summary=text, notify=push, ending=ENDING)
            else:
                contact_id = held.row.contact_id
                assert contact_id is not None
                to = self.numbers[step["to"]] if step.get("to") else None
                from_firm.move(held, self._message(value, contact_id).id, to=to, placed_by=Reason.MOVED)

    def _later(self, amount: str) -> None:
        found = re.fullmatch(r"(\d+)([smhd])", amount)
        assert found is not None, "write 35m, 2h or 3d"
        unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]
        self.branch.now += timedelta(**{unit: int(found[1])})
        from_firm.end_quiet_waits(self._units_of_work, now=self.branch.now)

    def _check(self, step: dict[str, Any]) -> None:
        number = self.numbers[step["check"]]
        row, case = self.branch.row(number), self.branch.case(number)
        seen = {"status": row.status, "waiting_on": row.waiting_on, "outcome": row.outcome, "category": row.category,
                "firm_answered": case.firm_answered, "confidential": case.confidential}  # fmt: skip
        for name, value in seen.items():
            if name in step:
                assert value == step[name], f"{name} is {value!r}"
        words = "\n".join(message.text for message in self.branch.messages(number))
        _compare(words, step.get("has", []), step.get("lacks", []), "the case")
        told = self._told(row.id)
        _compare(told, step.get("told", []), step.get("not_told", []), "what the firm was told")

    def _told(self, case_id: int) -> str:
        rows = [row for row in self.branch.outbox() if row.case_id == case_id]
        return "\n".join(words_of(from_plain(row.payload)) for row in rows)


def _compare(words: str, wanted: Sequence[str], unwanted: Sequence[str], where: str) -> None:
    for one in _list(wanted):
        assert str(one) in words, f"{one!r} is not in {where}:\n{words}"
    for one in _list(unwanted):
        assert str(one) not in words, f"{one!r} is in {where}:\n{words}"
