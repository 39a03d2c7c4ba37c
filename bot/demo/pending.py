"""The cases that are open when the demo begins: something of everything that a queue can hold.

Days are counted from ``base``: today, or the next working day on a day off. A case received three working days before
it is due on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.demo.casting import Casting
from bot.demo.courses import FIRST_WORDS, asks_agency, asks_firm, extends
from bot.demo.material import Matter
from bot.demo.story import Story
from knowledge.calendar import local


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """An open case: received ``back`` working days before the base, and what happened on which day before it."""

    back: int
    door: str
    state: str
    step: int = 1
    """How many working days before the base the latest step was."""
    category: str | None = None


_CASES = (
    _Open(back=6, door="email", state="answered_once", step=4),
    _Open(back=5, door="line", state="firm_wrote", step=2, category="tax"),
    _Open(back=4, door="phone", state="agency", step=3, category="utilities"),
    _Open(back=4, door="line", state="given"),
    _Open(back=3, door="line", state="answered_once", step=2),
    _Open(back=3, door="counter", state="given", category="construction"),
    _Open(back=3, door="line", state="firm_wrote", step=1, category="environment"),
    _Open(back=2, door="line", state="firm_wrote", step=1, category="land"),
    _Open(back=2, door="phone", state="firm_wrote", step=1, category="other"),
    _Open(back=1, door="line", state="firm_wrote", step=1, category="utilities"),
    _Open(back=5, door="line", state="firm", step=3, category="construction"),
    _Open(back=3, door="email", state="firm", step=2, category="tax"),
    _Open(back=2, door="line", state="firm", step=1, category="land"),
    _Open(back=2, door="line", state="agency", step=1, category="utilities"),
    _Open(back=2, door="phone", state="agency", step=1, category="tax"),
    _Open(back=1, door="line", state="agency", step=1, category="utilities"),
    _Open(back=2, door="web", state="answered_once", step=1),
    _Open(back=1, door="line", state="answered_once", step=1),
    _Open(back=4, door="visit", state="extended", step=2, category="land"),
    _Open(back=6, door="line", state="reopened", step=1, category="environment"),
    _Open(back=1, door="line", state="given", category="other"),
)
_NEW = ((25, "land"), (70, "utilities"), (150, "other"), (290, "environment"), (1180, "tax"))
"""Minutes ago and category of what has just come in."""
_THANKS = (
    "謝謝說明，另外想確認附件第二項可以用影本嗎？",
    "照您說的問過了，對方要我們再找園區確認。",
    "收到，我們星期四前可以提供現場照片。",
)


def open_stories(casting: Casting, now: datetime) -> Iterator[Story]:
    """The open cases. Nothing lies after ``now`` (aware)."""
    base = casting.rhythm.calendar.roll(local(now).date(), casting.rhythm.office)
    for spec in _CASES:
        yield _story(casting, spec, base)
    for minutes, category in _NEW:
        at = casting.rhythm.decent(now - timedelta(minutes=minutes))
        story = casting.story(at, kind="ENQ", door="line", matter=_matter(casting, category))
        story.asked()
        story.given()
        story.cut(now)
        yield story
    yield _power_cut(casting, now)
    waiting = casting.story(casting.rhythm.decent(now - timedelta(minutes=8)), kind="ENQ", door="line")
    waiting.taken_for = None
    waiting.asked()
    yield waiting


def _matter(casting: Casting, category: str, *, agency: bool = False) -> Matter:
    matters = casting.material.matters[category]
    return casting.rhythm.random.choice([matter for matter in matters if matter.agency or not agency])


def _story(casting: Casting, spec: _Open, base: date) -> Story:
    rhythm = casting.rhythm
    received = rhythm.back(base, spec.back)
    drawn = spec.category or rhythm.random.choice(list(casting.material.matters))
    agency = spec.state == "agency"
    at = rhythm.at(received, rhythm.random.randrange(20, 150))
    story = casting.story(at, kind="ENQ", door=spec.door, matter=_matter(casting, drawn, agency=agency))
    story.asked()
    story.given()
    day = rhythm.back(base, spec.step)
    _STATES[spec.state](casting, story, day)
    return story


def _given(_casting: Casting, _story: Story, _day: date) -> None:
    """Nobody has answered yet."""


def _answered_once(casting: Casting, story: Story, day: date) -> None:
    story.says(casting.rhythm.after(story.last, day), casting.rhythm.random.choice(FIRST_WORDS))


def _firm_wrote(casting: Casting, story: Story, day: date) -> None:
    _answered_once(casting, story, day)
    story.add(
        casting.rhythm.after(story.last, day), "message", via=story.channel,
        text=casting.rhythm.random.choice(_THANKS),
    )  # fmt: skip


def _firm(casting: Casting, story: Story, day: date) -> None:
    asks_firm(story, casting.rhythm.after(story.last, day))


def _agency(casting: Casting, story: Story, day: date) -> None:
    _answered_once(casting, story, day)
    asks_agency(story, casting.rhythm.after(story.last, day))


def _extended(casting: Casting, story: Story, day: date) -> None:
    _answered_once(casting, story, day)
    extends(story, casting.rhythm.after(story.last, day), 3)


def _reopened(casting: Casting, story: Story, day: date) -> None:
    rhythm = casting.rhythm
    closed_on = rhythm.back(day, 3)
    at = story.says(rhythm.after(story.last, closed_on), story.matter.reply)
    at += timedelta(minutes=3)
    story.add(at, "closed", outcome="answered", by=story.officer.email, summary=story.matter.reply)
    wrote = story.add(
        rhythm.after(story.last, day), "message", via=story.channel, text="不好意思，這個問題又出現了，再麻煩您看一下。"
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


def _power_cut(casting: Casting, now: datetime) -> Story:
    """What goes to the top of the queue: a power cut that a firm reported a moment ago."""
    at = casting.rhythm.decent(now - timedelta(minutes=12))
    matter = Matter(
        category="utilities", topic="power", subject="全廠停電", text="{b}整棟突然停電，{m}都停了，是台電的問題嗎？",
        reply="已通報台電搶修。", agency="taipower",
    )  # fmt: skip
    story = casting.story(at, kind="ENQ", door="line", matter=matter)
    story.alert = "outage_power"
    story.asked()
    story.given()
    return story
