"""Announcements to firms (公告通知): topics, which of them are pushed, and what is kept of the month's messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from knowledge.vocabulary import READING_LANGUAGES
from routing.domain.errors import Invalid

TOPICS = ("outage", "closure", "park", "law", "subsidy", "event")
"""What a firm wants to hear of; it hears of all until it says otherwise."""
URGENT = frozenset({"outage", "closure"})
"""Pushed at once; all others wait for the next contact."""
PUSHED, WAITS = "notice_urgent", "notice"
"""Their reasons in the outbox (routing.domain.notices)."""
KEPT_PERCENT = 30
"""Of the month's messages that announcements leave to cases."""
TITLE, BODY = 60, 800
_SIX_MONTHS = 183


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be announced. ``parks``: short names, none for all. ``until``: after it nothing of it is sent."""

    topic: str
    parks: tuple[str, ...]
    title: Mapping[str, str]
    body: Mapping[str, str]
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """A channel's month: ``limit`` None where it has none, or has not said. ``used`` includes what is on its way."""

    limit: int | None
    used: int

    @property
    def left(self) -> int | None:
        """What the month still holds."""
        return None if self.limit is None else max(0, self.limit - self.used)

    @property
    def kept(self) -> int:
        """What stays for cases."""
        return 0 if self.limit is None else -(-self.limit * KEPT_PERCENT // 100)

    @property
    def available(self) -> int | None:
        """What announcements may still cost; None: no limit is known."""
        return None if self.left is None else max(0, self.left - self.kept)

    def carries(self, cost: int) -> bool:
        """Whether so many pushes leave what is kept."""
        return self.available is None or cost <= self.available


def reason_of(topic: str) -> str:
    """By which policy an announcement goes out."""
    return PUSHED if topic in URGENT else WAITS


def check(draft: Draft, *, now: datetime) -> None:
    """Raises Invalid: no such topic, a language is missing, too long, or over before it begins."""
    if draft.topic not in TOPICS:
        raise Invalid(f"topic 必須是 {'、'.join(TOPICS)} 之一。", field="topic")
    for field, words, most in (("title", draft.title, TITLE), ("body", draft.body, BODY)):
        unknown = sorted(set(words) - {one.value for one in READING_LANGUAGES})
        if unknown:
            raise Invalid(f"不支援的語言：{unknown[0][:20]}。", field=field)
        for language in READING_LANGUAGES:
            said = words.get(language.value, "").strip()
            if not said:
                raise Invalid("中文、英文、日文三種文字都要填寫。", field=field, code="language_missing")
            if len(said) > most:
                raise Invalid(f"請在 {most} 字以內。", field=field)
    if draft.until is not None and not 0 < (draft.until - now).total_seconds() <= _SIX_MONTHS * 86400:
        raise Invalid("有效期限必須在現在之後、六個月以內。", field="until")
