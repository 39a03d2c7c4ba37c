"""Messages that follow each other at once: which belong together, and how long to wait for one more (contract §9).

What is surely complete is answered at once; what may go on waits until nothing has come for a while.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from knowledge.alerts.detection import detect_alert
from knowledge.distress import in_distress
from knowledge.everyday import load_everyday
from knowledge.language.forms import TextForms
from knowledge.language.text import fold
from routing.domain.dialogue.answers import asks
from routing.domain.dialogue.state import FACTS, Step
from routing.domain.inbound import Inbound, InboundKind

GAP = timedelta(seconds=2)
"""Messages of one user that follow each other within this are understood together."""
AT_ONCE = timedelta(0)
A_MOMENT = timedelta(seconds=0.3)
"""How long a complete question waits for one more: short enough to be answered within the second."""
MOST = 10
"""Messages understood together; a flood is cut into such pieces."""

_JOIN = frozenset({InboundKind.TEXT, InboundKind.MEDIA, InboundKind.LOCATION, InboundKind.STICKER})
_ANSWERED_AT_ONCE = FACTS | {Step.SUMMARY, Step.REASON}
_ENDS = re.compile(
    fold(
        r"[。！!～]\s*$|"
        r"(?:謝謝|感謝|麻煩了|拜託|thanks|thank you|よろしくお願いします|ありがとうございます)[。.!！\s]*$"
    )
)
_INTERROGATIVE = re.compile(
    fold(
        r"怎麼|怎樣|如何|多少|多久|什麼|甚麼|哪|幾|誰|是否|可否|能否|有沒有|能不能|可不可以|要不要|需不需要|\b(?:how|what|when|where|who|which|why|can|could|do|does|is|are|may)\b|"
        r"何|どう|どこ|いつ|いくら|誰"
    )
)
_OPENS = re.compile(
    fold(
        r"^(?:你好|您好|哈囉|嗨|hi|hello|請問|請問一下|想請問|我想請問|我想問|想問|想請教|不好意思|打擾了|有個問題|問個問題|有問題想問|こんにちは|すみません)[，,。.!！～\s]*$"
    )
)
_LEAST = 5


def together(inbounds: Sequence[Inbound]) -> int:
    """How many of some messages, oldest first, belong together with the first one."""
    first = inbounds[0]
    if first.kind not in _JOIN or first.shared or first.silent:
        return 1
    for number, (before, after) in enumerate(pairwise(inbounds), start=1):
        follows = after.at - before.at <= GAP or (before.album is not None and before.album == after.album)
        if after.kind not in _JOIN or not follows or number == MOST:
            return number
    return len(inbounds)


def patience(inbounds: Sequence[Inbound], step: Step) -> timedelta:
    """How long after the last of these messages to wait for one more. ``step``: what we asked last."""
    last = inbounds[-1]
    alone = last.kind not in _JOIN or last.shared or last.silent or len(inbounds) >= MOST
    if alone or all(one.kind is InboundKind.STICKER for one in inbounds) or any(map(_urgent, inbounds)):
        return AT_ONCE
    if last.album is not None and last.album_size is not None:
        arrived = sum(1 for one in inbounds if one.album == last.album)
        return AT_ONCE if arrived >= last.album_size else GAP
    if last.kind is not InboundKind.TEXT:
        return GAP
    if step in _ANSWERED_AT_ONCE:
        return AT_ONCE
    return A_MOMENT if complete(last.text) else GAP


def _urgent(inbound: Inbound) -> bool:
    text = inbound.text.strip() if inbound.kind is InboundKind.TEXT else ""
    return bool(text) and (detect_alert(TextForms(text)) is not None or in_distress(text))


def complete(text: str) -> bool:
    """Whether a text surely says all it wants to: a question, a closed sentence, or a word that stands for a button."""
    text = text.strip()
    if _OPENS.match(fold(text)):
        return False
    if intent := load_everyday().intent(text):
        # Who says that he will ask is about to.
        return intent != "may_i_ask"
    if asks(text) or _ENDS.search(fold(text)):
        return True
    return len(text) >= _LEAST and bool(_INTERROGATIVE.search(fold(text)))
