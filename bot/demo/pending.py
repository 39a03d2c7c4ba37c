"""The cases that are open when the demo begins: something of everything that a queue can hold.

Days are counted from ``base``: today, or the next working day on a day off. A case received three working days before
it is due on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.demo.cast import Cast
from bot.demo.fixtures import Matter
from bot.demo.scenarios import FIRST_WORDS, asks_agency, asks_firm, extends
from bot.demo.story import Story
from knowledge.calendar.office_calendar import local


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An open case: received ``back`` working days before the base, and what happened on which day before it."""

    back: int
    channel: str
    state: str
    step: int = 1
    """How many working days before the base the latest step was."""
    category: str | None = None


_CASES = (
    _Open(back=6, channel="email", state="answered_once", step=4),
    _Open(back=5, channel="line", state="firm_wrote", step=2, category="tax"),
    _Open(back=4, channel="phone", state="agency", step=3, category="utilities"),
    _Open(back=4, channel="line", state="given"),
    _Open(back=3, channel="line", state="answered_once", step=2),
    _Open(back=3, channel="counter", state="given", category="construction"),
    _Open(back=3, channel="line", state="firm_wrote", step=1, category="environment"),
    _Open(back=2, channel="line", state="firm_wrote", step=1, category="land"),
    _Open(back=2, channel="phone", state="firm_wrote", step=1, category="other"),
    _Open(back=1, channel="line", state="firm_wrote", step=1, category="utilities"),
    _Open(back=5, channel="line", state="firm", step=3, category="construction"),
    _Open(back=3, channel="email", state="firm", step=2, category="tax"),
    _Open(back=2, channel="line", state="firm", step=1, category="land"),
    _Open(back=2, channel="line", state="agency", step=1, category="utilities"),
    _Open(back=2, channel="phone", state="agency", step=1, category="tax"),
    _Open(back=1, channel="line", state="agency", step=1, category="utilities"),
    _Open(back=2, channel="web", state="answered_once", step=1),
    _Open(back=1, channel="line", state="answered_once", step=1),
    _Open(back=4, channel="visit", state="extended", step=2, category="land"),
    _Open(back=6, channel="line", state="reopened", step=1, category="environment"),
    _Open(back=1, channel="line", state="given", category="other"),
)
_NEW = ((25, "land"), (70, "utilities"), (150, "other"), (290, "environment"), (1180, "tax"))
"""Minutes ago and category of what has just come in."""
_THANKS = (
    "謝謝說明，另外想確認附件第二項可以用影本嗎？",
    "照您說的問過了，對方要我們再找園區確認。",
    "收到，我們星期四前可以提供現場照片。",
)


def open_stories(cast: Cast, now: datetime) -> Iterator[Story]:
    """The open cases. Nothing lies after ``now`` (aware)."""
    base = cast.schedule.calendar.roll(local(now).date(), cast.schedule.office)
    for spec in _CASES:
        yield _story(cast, spec, base)
    for minutes, category in _NEW:
        at = cast.schedule.decent(now - timedelta(minutes=minutes))
        story = cast.story(at, kind="ENQ", channel="line", matter=_matter(cast, category))
        story.asked()
        story.given()
        story.cut(now)
        yield story
    yield _power_cut(cast, now)
    waiting = cast.story(cast.schedule.decent(now - timedelta(minutes=8)), kind="ENQ", channel="line")
    waiting.taken_for = None
    waiting.asked()
    yield waiting


def _matter(cast: Cast, category: str, *, agency: bool = False) -> Matter:
    matters = cast.fixtures.matters[category]
    return cast.schedule.random.choice([matter for matter in matters if matter.agency or not agency])


def _story(cast: Cast, spec: _Open, base: date) -> Story:
    schedule = cast.schedule
    received = schedule.back(base, spec.back)
    drawn = spec.category or schedule.random.choice(list(cast.fixtures.matters))
    agency = spec.state == "agency"
    at = schedule.at(received, schedule.random.randrange(20, 150))
    story = cast.story(at, kind="ENQ", channel=spec.channel, matter=_matter(cast, drawn, agency=agency))
    story.asked()
    story.given()
    day = schedule.back(base, spec.step)
    _STATES[spec.state](cast, story, day)
    return story


def _given(_casting: Cast, _story: Story, _day: date) -> None:
    """Nobody has answered yet."""


def _answered_once(cast: Cast, story: Story, day: date) -> None:
    story.says(cast.schedule.after(story.last, day), cast.schedule.random.choice(FIRST_WORDS))


def _firm_wrote(cast: Cast, story: Story, day: date) -> None:
    _answered_once(cast, story, day)
    story.add(
        cast.schedule.after(story.last, day), "message", via=story.channel,
        text=cast.schedule.random.choice(_THANKS),
    )  # fmt: skip


def _firm(cast: Cast, story: Story, day: date) -> None:
    asks_firm(story, cast.schedule.after(story.last, day))


def _agency(cast: Cast, story: Story, day: date) -> None:
    _answered_once(cast, story, day)
    asks_agency(story, cast.schedule.after(story.last, day))


def _extended(cast: Cast, story: Story, day: date) -> None:
    _answered_once(cast, story, day)
    extends(story, cast.schedule.after(story.last, day), 3)


def _reopened(cast: Cast, story: Story, day: date) -> None:
    schedule = cast.schedule
    closed_on = schedule.back(day, 3)
    at = story.says(schedule.after(story.last, closed_on), story.matter.reply)
    at += timedelta(minutes=3)
    story.add(at, "closed", outcome="answered", by=story.officer.email, summary=story.matter.reply)
    wrote = story.add(
        schedule.after(story.last, day),
        "message",
        via=story.channel,
        text="不好意思，這個問題又出現了，再麻煩您看一下。",
    )
    story.add(wrote, "reopened", reason="廠商表示尚未解決")


_STATES = {
    "given": _given,
    "answered_once": _answered_once,
    "firm_wrote": _firm_wrote,
    "firm": _firm,
    "agency": _agency,
    "extended": _extended,
    "reopened": _reopened,
}


def _power_cut(cast: Cast, now: datetime) -> Story:
    """What goes to the top of the queue: a power cut that a firm reported a moment ago."""
    at = cast.schedule.decent(now - timedelta(minutes=12))
    matter = Matter(
        category="utilities", topic="power", subject="全廠停電", text="{b}整棟突然停電，{m}都停了，是台電的問題嗎？",
        reply="已通報台電搶修。", agency="taipower",
    )  # fmt: skip
    story = cast.story(at, kind="ENQ", channel="line", matter=matter)
    story.alert = "outage_power"
    story.asked()
    story.given()
    return story
