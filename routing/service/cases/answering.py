"""An answer that ends its case: replied and closed in one press, and told to the firm in one message."""

from __future__ import annotations

from typing import Any

from routing.domain.case import Outcome
from routing.domain.messages import Outgoing
from routing.service.cases import commands, notifications
from routing.service.cases.closing import Ending
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier
from routing.store.conversation.schema import Message

_TOGETHER = frozenset({"replied", "closed"})


def reply_and_close(
    locked: LockedCase, text: str, *, notify: Notifier, summary: str | None = None, **how: Any
) -> Message:  # fmt: skip
    """Answer the firm and close the case as answered; all of it or, where a part is refused, nothing.

    ``summary``: of the close; unless said, that the outcome is what the reply says. ``how``: as in ``commands.reply``.
    What is under way (a consultation, a request for days) is not withdrawn unseen: the close is refused then.
    """
    told: list[Outgoing] = []
    later: list[tuple[str, list[Outgoing]]] = []

    def gather(_locked: LockedCase, reason: str, messages: list[Outgoing]) -> None:
        if reason in _TOGETHER:
            told.extend(messages)
        else:
            later.append((reason, messages))

    message = commands.reply(locked, text, notify=gather, **how)
    words = (summary or "").strip() or locked.office.sentences.say("notice.closed.as_replied", None)
    translated = None
    if not (summary or "").strip() and notifications.reads_foreign(locked):
        translated = notifications.say(locked, "notice.closed.as_replied")
    ending = Ending(into="", agency="", consultation="", extension="")
    commands.close(
        locked, Outcome.ANSWERED, summary=words, notify=gather, translation=translated, ending=ending
    )  # fmt: skip
    notify(locked, "replied", told)
    for reason, messages in later:
        notify(locked, reason, messages)
    return message
