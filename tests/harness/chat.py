"""Somebody on LINE, act by act, and what the branch says in answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

from sqlalchemy import select
from sqlalchemy.orm import Session

from routing.domain.dialogue.state import State, state_from
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import Button, Card, Carousel, Outgoing, Text, from_plain, to_plain
from routing.service.conversation import commands as conversation_commands
from routing.service.conversation.reader import Reader
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation.schema import Contact, ContactAddress
from tests.harness.branch import Branch, office, reader


class Chat:
    """Somebody on LINE. Each act is one event; it gives what the branch says in answer."""

    def __init__(self, branch: Branch, user_id: str = "U1") -> None:
        self.branch = branch
        self.user_id = user_id
        self._serial = 0
        self.reader: Reader | None = None
        """Reads with other knowledge than what ships."""

    def text(self, words: str, **more: Any) -> list[Outgoing]:
        """Type something."""
        return self.do(InboundKind.TEXT, text=words, **more)

    def photo(self, **more: Any) -> list[Outgoing]:
        """Send a photo."""
        return self.do(InboundKind.MEDIA, media="image", **more)

    def sticker(self) -> list[Outgoing]:
        """Send a sticker."""
        return self.do(InboundKind.STICKER)

    def tap(self, action: str, *, ago: float = 0, **values: object) -> list[Outgoing]:
        """Tap a button; ``ago``: seconds by which the tap comes late."""
        data = {"action": action, **{name: str(value) for name, value in values.items()}}
        return self.do(InboundKind.POSTBACK, data=data, ago=ago)

    def press(self, button: Button) -> list[Outgoing]:
        """Tap a button that was shown."""
        assert button.data is not None
        return self.do(InboundKind.POSTBACK, data=dict(parse_qsl(button.data)))

    def follow(self) -> list[Outgoing]:
        """Add the official account."""
        return self.do(InboundKind.FOLLOW)

    def unfollow(self) -> list[Outgoing]:
        """Block it."""
        return self.do(InboundKind.UNFOLLOW)

    def unsend(self, message_id: str) -> list[Outgoing]:
        """Take a message back."""
        return self.do(InboundKind.UNSEND, message_id=message_id)

    def strange(self) -> list[Outgoing]:
        """Send what nobody knows."""
        return self.do(InboundKind.UNSUPPORTED)

    @property
    def state(self) -> State:
        """Where the conversation stands."""
        with self.branch.database.reading() as session:
            return state_from(self._contact(session).dialogue)

    @property
    def contact(self) -> Contact:
        """This person's row."""
        with self.branch.database.reading() as session:
            return self._contact(session)

    @property
    def reachable(self) -> bool:
        """Whether this person can be written to."""
        with self.branch.database.reading() as session:
            return session.scalars(select(ContactAddress.reachable).where(ContactAddress.address == self.user_id)).one()

    @property
    def numbers(self) -> list[str]:
        """The numbers of this person's cases, oldest first."""
        with self.branch.database.reading() as session:
            query = select(CaseRow.number).where(CaseRow.contact_id == self._contact(session).id)
            return list(session.scalars(query.order_by(CaseRow.id)))

    def opens(self, words: str = "圍牆外的大樹倒下來了，想請人來看", park: str = "nanzih") -> str:
        """Open a case the whole way; gives its number."""
        self.text(words)
        self.tap("open_case")
        if self.state.step.value != "summary":
            for answer in ("晴川精密有限公司", "陳小姐", "07-3611212"):
                self.text(answer)
            self.tap("park", id=park)
        self.tap("confirm_case")
        return self.numbers[-1]

    def _contact(self, session: Session) -> Contact:
        query = select(Contact).join(ContactAddress, ContactAddress.contact_id == Contact.id)
        return session.scalars(query.where(ContactAddress.address == self.user_id)).one()

    def do(self, kind: InboundKind, *, ago: float = 0, message_id: str | None = None, **values: Any) -> list[Outgoing]:
        return self._taken(self._inbound(kind, ago=ago, message_id=message_id, **values))

    def burst(self, *words: str, photos: int = 0, **more: Any) -> list[Outgoing]:
        """Messages that follow each other at once, words before photos: they are understood as one."""
        texts = [self._inbound(InboundKind.TEXT, text=text) for text in words]
        return self._taken(*texts, *(self._inbound(InboundKind.MEDIA, media="image", **more) for _ in range(photos)))

    def _inbound(self, kind: InboundKind, *, ago: float = 0, message_id: str | None = None, **values: Any) -> Inbound:
        self._serial += 1
        self.branch.now += timedelta(seconds=1)
        if kind not in {InboundKind.POSTBACK, InboundKind.FOLLOW, InboundKind.UNFOLLOW}:
            message_id = message_id or f"{self.user_id}-{self._serial}"
        return Inbound(
            channel="line", kind=kind, at=self.branch.now - timedelta(seconds=ago), user_id=self.user_id,
            reply_token="token", message_id=message_id, **values,
        )  # fmt: skip

    def _taken(self, *inbounds: Inbound) -> list[Outgoing]:
        branch = self.branch
        before = {row.id for row in branch.outbox()}
        with branch.database.writing() as session:
            until = branch.now + timedelta(seconds=50)
            conversation_commands.take(
                session, branch.office, self.reader or reader(), conversation_commands.joined(inbounds), now=branch.now,
                token_until=until, together=inbounds,
            )  # fmt: skip
        said = [row for row in branch.outbox() if row.id not in before and row.reason == "answer"]
        messages = [message for row in said for message in from_plain(row.payload)]
        assert json.loads(json.dumps(to_plain(messages))) == [plain for row in said for plain in row.payload]
        return messages


def words_of(messages: Sequence[Outgoing]) -> str:
    """Everything a reader sees in some messages, labels of buttons included."""
    found: list[str] = []
    for message in messages:
        found += [button.label for button in message.quick]
        if isinstance(message, Text):
            found.append(message.body)
        for card in message.cards if isinstance(message, Carousel) else [message] if isinstance(message, Card) else []:
            found += [
                card.title,
                card.label,
                card.body,
                card.footer,
                *(f"{row.label} {row.value}" for row in card.rows),
            ]
            found += [button.label for button in card.buttons]
    return "\n".join(found)


def buttons_of(messages: Sequence[Outgoing]) -> list[Button]:
    """Every button in some messages, quick replies included."""
    found: list[Button] = []
    for message in messages:
        found += message.quick
        for card in message.cards if isinstance(message, Carousel) else [message] if isinstance(message, Card) else []:
            found += card.buttons
    return found


def actions_of(messages: Sequence[Outgoing]) -> set[str]:
    """The actions that can be tapped in some messages."""
    return {dict(parse_qsl(button.data))["action"] for button in buttons_of(messages) if button.data}


def said(answer: Sequence[Outgoing], *keys: str, language: str = "zh-TW", **values: object) -> bool:
    """Whether these sentences of ours are in an answer."""
    return all(office().sentences.say(key, language, **values) in words_of(answer) for key in keys)
