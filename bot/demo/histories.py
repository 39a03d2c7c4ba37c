"""A year of invented case histories up to ``now``: the same ``now`` gives the same lines, none of them in the future.

The year shows a desk that gets better: enquiries take some three working days at first and two at the end, and nine
in ten are on time. The cases that are still open at the end come from ``pending``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from bot.demo.cast import Cast
from bot.demo.fixtures import load_fixtures
from bot.demo.pending import open_stories
from bot.demo.scenarios import Plan, play
from bot.demo.schedule import FULL, Schedule
from bot.demo.story import Story
from knowledge.calendar.office_calendar import OfficeCalendar, local
from knowledge.calendar.republic import roc_digits
from knowledge.offices.directory import Offices

SEED = 1151122
YEAR = timedelta(days=365)
_A_DAY = (2, 3, 4, 4, 5, 5, 5, 6, 6, 7)
"""Cases of a working day; each as likely as the next."""
_KINDS = {"ENQ": 90, "PET": 7, "APP": 3}
_USED = (0, 1, 2, 3, 4, 5, 7)
_AT_FIRST = (9, 14, 18, 43, 8, 5, 3)
_AT_LAST = (17, 27, 28, 20, 5, 2, 1)
"""How likely an enquiry uses so many working days, at the beginning and at the end of the year."""
_OUTCOMES = {"answered": 90, "referred": 3, "withdrawn": 3, "duplicate": 2, "declined": 2}


def make_histories(
    now: datetime, offices: Offices, calendar: OfficeCalendar, *, agency_code: str = "KP", seed: int = SEED
) -> list[str]:
    """The lines of a history file (contract §6), in the order of receipt.

    Args:
        now: aware; nothing happens after it.
        offices: units, parks and the branch's own office.
        calendar: with the closures that are in force, since they move what is a working day.
        agency_code: of the case numbers.
        seed: another one gives another year.
    """
    schedule = Schedule(calendar=calendar, office=offices.own_office, random=Random(seed))
    cast = Cast(fixtures=load_fixtures(), offices=offices, schedule=schedule)
    stories = [*_year(cast, now), *open_stories(cast, now)]
    stories.sort(key=lambda story: story.received_at)
    serials: Counter[date] = Counter()
    lines = []
    for story in stories:
        day = local(story.received_at).date()
        serials[day] += 1
        number = f"{agency_code}-{roc_digits(day)}-{serials[day]:04d}"
        lines.append(json.dumps(story.record(number), ensure_ascii=False))
    return lines


def _year(cast: Cast, now: datetime) -> Iterator[Story]:
    """Every case of the year that is closed by now, and the long ones that are not due yet."""
    first = local(now - YEAR).date()
    for received_at, kind, channel in _arrivals(cast, first, now):
        story = cast.story(received_at, kind=kind, channel=channel)
        share = (received_at - (now - YEAR)) / YEAR
        plan = _plan(cast.schedule, kind, share, began_as=story.kind)
        play(story, plan, cast.schedule, cast.fixtures, cast.offices)
        if story.last <= now:
            yield story
        elif kind != "ENQ" and plan.used <= 28 and now - received_at < timedelta(days=35):
            story.cut(now)
            yield story


def _arrivals(cast: Cast, first: date, now: datetime) -> Iterator[tuple[datetime, str, str]]:
    """When cases come in, of which kind and by which channel; on days off only by LINE."""
    schedule, random = cast.schedule, cast.schedule.random
    for offset in range(1, (local(now).date() - first).days + 1):
        day = first + timedelta(days=offset)
        works = schedule.works(day)
        for _ in range(random.choice(_A_DAY) + (day.weekday() == 0) if works else random.randrange(2)):
            kind = random.choices(list(_KINDS), weights=list(_KINDS.values()))[0] if works else "ENQ"
            channel = cast.channel(kind) if works else "line"
            after_work = channel == "line" and (not works or random.random() < 0.12)
            at = schedule.evening(day) if after_work else schedule.at(day, random.randrange(5, FULL - 15))
            if at < now - timedelta(hours=2):
                yield at, kind, channel


def _plan(schedule: Schedule, kind: str, share: float, *, began_as: str) -> Plan:
    """What shall become of a case that came in after ``share`` of the year."""
    random = schedule.random
    if kind != "ENQ":
        return _long_plan(random, kind, share, petition=began_as != kind)
    weights = [old + (new - old) * share for old, new in zip(_AT_FIRST, _AT_LAST, strict=True)]
    used = random.choices(_USED, weights=weights)[0]
    outcome = random.choices(list(_OUTCOMES), weights=list(_OUTCOMES.values()))[0]
    waits = random.random() < 0.17
    return Plan(
        used=used,
        outcome=outcome,
        first_words=random.random() < 0.5 + 0.3 * share,
        firm_wait=random.randrange(1, 7) if waits else 0,
        asks_agency=not waits and random.random() < 0.5,
        extended=used - 3 if used > 3 and random.random() < 0.35 else 0,
        reopened=outcome == "answered" and random.random() < 0.025,
        note=random.random() < 0.15,
    )


def _long_plan(random: Random, kind: str, share: float, *, petition: bool) -> Plan:
    late = random.random() < 0.06
    if kind == "PET":
        used = random.randrange(31, 35) if late else random.randrange(9, 24) - round(4 * share)
    else:
        used = random.randrange(47, 52) if late else random.randrange(14, 36) - round(6 * share)
    number = f"高屏示範字第{random.randrange(1150000001, 1159999999)}號"
    return Plan(
        used=used, doc_no=number, petition=petition, asks_agency=random.random() < 0.4,
        firm_wait=random.randrange(3, 12) if kind == "APP" and random.random() < 0.6 else 0,
    )  # fmt: skip
