"""停班停課 as CAP 1.2 tells it: which county or district, which day, which part of it, and what was said last.

The words decide, read whole: 未達停止上班及上課標準 holds 停止上班 and means that the office works. The day is that of
the announcement, not of the reading, for old entries stay in the feed; ``expires`` is its end and not the closure's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from xml.etree import ElementTree as ET

from knowledge.calendar.office_calendar import local
from knowledge.calendar.official_days import COUNTIES, districts, formal
from knowledge.feeds import load_feeds
from routing.domain.errors import FeedError

_PROSE = re.compile(r"^\[停班停課通知\]\s*(?P<area>[^:]+?)\s*:\s*(?P<body>.*)$", re.DOTALL)
_SAID = re.compile(
    r"^(?P<day>今天|今日|明天|明日|(?P<month>\d{1,2})/(?P<date>\d{1,2}))"
    r"(?P<part>上午|中午|下午|晚上)?(?:(?P<hour>\d{1,2})(?::(?P<minute>\d{2})|[時點](?:(?P<minutes>\d{1,2})分)?)起?)?(?P<what>.*)$"
)
_MOST_TEXT = 400
_KINDS = frozenset({"Alert", "Update", "Cancel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """One CAP message. ``says``: days and the part of them that is closed, None where work goes on as usual."""

    key: str
    kind: str
    sent: datetime
    references: tuple[str, ...] = ()
    county: str = ""
    district: str | None = None
    says: tuple[tuple[date, str | None], ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What stands for a place and a day after everything that was said: closed parts, or that work goes on.

    ``parts``: each with the announcement behind it; empty if the last word was that work goes on (``contrary``).
    """

    county: str
    district: str | None
    day: date
    parts: Mapping[str, Announcement] = field(default_factory=dict)
    contrary: Announcement | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the index: where its CAP lies, when it came, and what it says."""

    href: str
    updated: str
    text: str


def parsed_xml(body: bytes) -> ET.Element:
    """An XML document without a DTD. Raises FeedError: none, such as a warning to sign in with status 200."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise FeedError("XML 含有不接受的宣告。", code="feed_unreadable")
    try:
        return ET.fromstring(body)  # noqa: S314 - bounded in size, and without entities
    except (ET.ParseError, ValueError, LookupError, RecursionError):
        login = "登入".encode() in body or b"\\u767b\\u5165" in body
        words = "來源要求登入或金鑰。" if login else "內容不是 XML。"
        raise FeedError(words, code="feed_login" if login else "feed_unreadable") from None


def _named(element: ET.Element, name: str) -> Iterator[ET.Element]:
    return (one for one in element.iter() if isinstance(one.tag, str) and one.tag.rpartition("}")[2] == name)


def _text(element: ET.Element, name: str) -> str:
    return next(((one.text or "").strip() for one in _named(element, name)), "")


def index(body: bytes) -> list[Entry] | None:
    """The entries of an Atom feed, the newest first; None if the document holds CAP itself. Raises FeedError."""
    root = parsed_xml(body)
    if next(_named(root, "alert"), None) is not None:
        return None
    if root.tag.rpartition("}")[2] != "feed":
        login = "登入" in "".join(root.itertext())
        words = "來源要求登入或金鑰。" if login else "內容不是示警清單。"
        raise FeedError(words, code="feed_login" if login else "feed_unreadable")
    found = []
    for entry in _named(root, "entry"):
        href = next((one.get("href", "") for one in _named(entry, "link") if one.get("href")), "")
        found.append(Entry(href, _text(entry, "updated"), f"{_text(entry, 'title')} {_text(entry, 'summary')}"))
    return sorted(found, key=lambda one: one.updated, reverse=True)


def announcements(body: bytes) -> Iterator[Announcement | None]:
    """The messages of a document; None for each that cannot be read or is no real one (a test, an exercise)."""
    root = parsed_xml(body)
    for alert in _named(root, "alert"):
        yield _announcement(alert)


def _announcement(alert: ET.Element) -> Announcement | None:
    key, kind, sent = _text(alert, "identifier"), _text(alert, "msgType"), _instant(_text(alert, "sent"))
    if not key or kind not in _KINDS or sent is None or _text(alert, "status") != "Actual":
        return None
    references = tuple(
        parts[1] for one in _text(alert, "references").split() if len(parts := one.split(",")) == 3 and parts[1]
    )
    if kind == "Cancel":
        return Announcement(key=key[:200], kind=kind, sent=sent, references=references)
    text = " ".join(unicodedata.normalize("NFKC", _text(alert, "description")).split())
    place = _place(text, _codes(alert))
    if place is None:
        return None
    return Announcement(
        key=key[:200], kind=kind, sent=sent, references=references, county=place[0], district=place[1],
        says=tuple(_says(text, local(sent).date())), text=text[:_MOST_TEXT],
    )  # fmt: skip


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _codes(alert: ET.Element) -> list[str]:
    """Codes of the one list of places that is known; the same digits of another list mean another place."""
    wanted = load_feeds().geocode
    return [_text(one, "value") for one in _named(alert, "geocode") if _text(one, "valueName") == wanted]


def _county_of(code: str) -> tuple[str, bool] | None:
    """The county of a code, and whether the code is one of its districts."""
    if not re.fullmatch(r"\d{2}|\d{5}|\d{7}", code):
        return None
    counties = load_feeds().counties
    county = counties.get(code[:2]) or counties.get(code[:5])
    return (county, len(code) == 7) if county else None


def _place(text: str, codes: list[str]) -> tuple[str, str | None] | None:
    """County and district that the words name, if the codes agree; a part of a district is none.

    Words that name a whole county while the code is a district's are not believed.
    """
    found = _PROSE.match(text)
    known = [_county_of(code) for code in codes]
    if found is None or not known or None in known:
        return None
    area = formal(found["area"]).replace(" ", "")
    county = next((one for one in COUNTIES if area.startswith(one)), None)
    rest = area.removeprefix(county or "")
    if county is None or any(one is not None and one[0] != county for one in known):
        return None
    if rest:
        return (county, rest) if rest in districts()[county] else None
    return None if any(one is not None and one[1] for one in known) else (county, None)


def _says(text: str, day: date) -> Iterator[tuple[date, str | None]]:
    found = _PROSE.match(text)
    said = [
        one for sentence in re.split(r"[。;\n]", found["body"] if found else "") for one in _sentence(sentence, day)
    ]
    closed = {(on, part) for on, part, works in said if not works}
    for on, part, works in said:
        if not works:
            yield on, part
        # 上午停止上班；下午照常上班: that the rest of the day is worked takes nothing from what is closed of it.
        elif part == "full" or (on, part) in closed or not any(when == on for when, _ in closed):
            yield on, None


def _sentence(sentence: str, day: date) -> Iterator[tuple[date, str, bool]]:
    """The day, the part of it, and whether it is worked; nothing where a sentence says neither surely."""
    words = load_feeds()
    said = _SAID.match(sentence.replace(" ", ""))
    on, part = (_day(said, day), _part(said)) if said else (None, None)
    if said is None or on is None or part is None or any(word in said["what"] for word in words.unsure):
        return
    beside = _without(said["what"], words.works)
    closes = any(word in beside for word in words.closed)
    if beside != said["what"] and not closes:
        yield on, part, True
    elif closes and not _without(beside, (*words.closed, *words.around)):
        yield on, part, False


def _without(text: str, words: Iterable[str]) -> str:
    """What is left beside the words: of a closure nothing may be, such as 山區, 除外 or 是否."""
    for word in sorted(words, key=len, reverse=True):
        text = text.replace(word, "")
    return text


def _day(said: re.Match[str], day: date) -> date | None:
    if said["month"]:
        # The year is not said: that which makes it nearest to the announcement.
        years = (day.year - 1, day.year, day.year + 1)
        near = [one for year in years if (one := _date(year, said["month"], said["date"]))]
        return min(near, key=lambda one: abs(one - day), default=None)
    return day + timedelta(days=1) if said["day"].startswith("明") else day


def _date(year: int, month: str, day: str) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def _part(said: re.Match[str]) -> str | None:
    """The part of the day as a closure has it; None if the hour is none."""
    part = said["part"]
    if said["hour"] is None:
        return {None: "full", "上午": "am", "中午": "12:00-24:00", "下午": "pm", "晚上": "18:00-24:00"}[part]
    hour, minute = int(said["hour"]), int(said["minute"] or said["minutes"] or 0)
    if part in {"下午", "晚上"} and hour < 12:
        hour += 12
    return f"{hour:02}:{minute:02}-24:00" if hour < 24 and minute < 60 else None


def settled(said: Iterable[Announcement]) -> list[Settled]:
    """What stands for each place and day: the last word counts, a contradiction is nothing."""
    every = sorted(said, key=lambda one: (one.sent, one.key))
    cancelled = {key for one in every if one.kind == "Cancel" for key in one.references}
    found: dict[tuple[str, str | None, date], Settled] = {}
    last: dict[tuple[str, str | None, date], tuple[datetime, bool]] = {}
    for one in every:
        for day, part in one.says:
            place = (one.county, one.district, day)
            before = found.get(place) or Settled(county=one.county, district=one.district, day=day)
            taken_back = one.key in cancelled
            closes = part is not None and not taken_back
            if last.get(place, (one.sent, closes)) == (one.sent, not closes):
                parts: dict[str, Announcement] = {}
            else:
                parts = _with(before.parts, part, one) if closes and part else {}
            contrary = None if parts else one
            found[place] = Settled(
                county=one.county, district=one.district, day=day, parts=parts, contrary=contrary
            )  # fmt: skip
            last[place] = (one.sent, closes)
    return list(found.values())


def _with(parts: Mapping[str, Announcement], part: str, one: Announcement) -> dict[str, Announcement]:
    whole = "full" in {part, *parts}
    return {part: one} if whole else {**parts, part: one}
