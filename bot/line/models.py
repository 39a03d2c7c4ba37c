"""Rendered messages as the SDK's models, which say what LINE takes before anything is sent.

The inside of a Flex message goes through as it was drawn: the SDK's models of Flex leave out without a word what they
do not know, and cost four times the time (docs/decisions/0012). A test holds every message against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linebot.v3.messaging import (
    FlexContainer,
    FlexMessage,
    PushMessageRequest,
    QuickReply,
    ReplyMessageRequest,
    Sender,
    TextMessage,
)
from pydantic.v1 import ValidationError

from bot.line.http_client import Json, unsendable


class Drawn(FlexContainer):  # type: ignore[misc]
    """A bubble or carousel as it was drawn."""

    content: Json

    def to_dict(self) -> Json:
        """What is sent."""
        return dict(self.content)


class _Flex(FlexMessage):  # type: ignore[misc]
    """A Flex message that is written out once: the SDK's walks through all that is in it, twice."""

    def to_dict(self) -> Json:
        """What is sent."""
        parts = {"quickReply": self.quick_reply, "sender": self.sender, "contents": self.contents}
        plain = {"type": self.type, "altText": self.alt_text}
        return plain | {name: part.to_dict() for name, part in parts.items() if part is not None}


class _Reply(ReplyMessageRequest):  # type: ignore[misc]
    """A reply whose messages are written out once."""

    def to_dict(self) -> Json:
        """What is sent."""
        messages = [one.to_dict() for one in self.messages]
        return {
            "replyToken": self.reply_token, "messages": messages, "notificationDisabled": self.notification_disabled,
        }  # fmt: skip


def reply_request(token: str, messages: Sequence[Json]) -> Any:
    """The body of a reply. Raises DeliveryError (``unsendable``) if the models refuse it."""
    try:
        return _Reply(replyToken=token, messages=[_message(one) for one in messages])
    except ValidationError as error:
        raise unsendable(error) from None


def push_request(to: str, messages: Sequence[Json]) -> Any:
    """The body of a push. Raises DeliveryError (``unsendable``) if the models refuse it."""
    try:
        return PushMessageRequest(to=to, messages=[_message(one) for one in messages])
    except ValidationError as error:
        raise unsendable(error) from None


def _message(rendered: Json) -> Any:
    quick = QuickReply.from_dict(rendered.get("quickReply"))
    sender = Sender.from_dict(rendered.get("sender"))
    if rendered["type"] == "text":
        return TextMessage(text=rendered["text"], quickReply=quick, sender=sender)
    contents = Drawn(type=rendered["contents"]["type"], content=rendered["contents"])
    return _Flex(altText=rendered["altText"], contents=contents, quickReply=quick, sender=sender)
