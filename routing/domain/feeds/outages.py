"""Announced stops of power and water: reading Taipower's and Taiwan Water's open data."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from knowledge.feeds import load_feeds
from routing.domain.errors import FeedError
from routing.domain.feeds import tables

MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of all the files of an archive together; a day's are some two MiB."""
_MOST_FILES = 500
_LONGEST = 500


class Kind(StrEnum):
    """What is off."""

    POWER = "power"
    WATER = "water"
    PRESSURE = "pressure"
    """Water comes, with less pressure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a row says that it is, in its own words. ``county``, ``districts``: where the source names them apart."""

    area: str
    county: str = ""
    districts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """One announced stop, as its source tells it. ``ends``: None where the source does not say.

    ``places``: of each row its own, for 全區 is the whole of the district of its row and of no other.
    ``planned``: None where it does not say.
    """

    key: str
    kind: Kind
    number: str
    starts: datetime
    ends: datetime | None
    places: tuple[Place, ...]
    what: str = ""
    planned: bool | None = None
    phone: str = ""

    @property
    def areas(self) -> tuple[str, ...]:
        """The places as people are told of them: with the district where the words say the whole of it."""
        return tuple(dict.fromkeys(_told(place) for place in self.places))


def _told(place: Place) -> str:
    """全區 alone says nothing to whoever does not see the row."""
    return "、".join(place.districts) + place.area if place.area in load_feeds().whole else place.area


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """A stop that touches a park, as it is told: ``source`` is the name of the feed, ``fetched_at`` when it said so."""

    source: str
    kind: Kind
    number: str
    starts: datetime
    ends: datetime | None
    areas: tuple[str, ...]
    what: str
    planned: bool | None
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, and how many rows could not be."""

    outages: tuple[Outage, ...]
    skipped: int


def read_taipower(body: bytes) -> Read:
    """Taipower's archive: rows of one 請求號數 are one stop, its two times are two.

    Raises:
        FeedError: no archive, none of its files has the columns, or most of the rows cannot be read.
    """
    stops: dict[str, Outage] = {}
    skipped = found = 0
    for text in _unpacked(body):
        for row in tables.csv_rows(text, load_feeds().fields["taipower"]):
            made = _stops(row)
            found, skipped = found + (made is not None), skipped + (made is None)
            for stop in made or ():
                stops[stop.key] = _joined(stops.get(stop.key), stop)
    tables.usable(found, skipped)
    return Read(tuple(stops.values()), skipped)


def _unpacked(body: bytes) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = list(tables.files_named(archive.namelist()))
            if not names:
                raise FeedError("壓縮檔內沒有停電資料。", code="feed_unreadable")
            if len(names) > _MOST_FILES:
                raise FeedError("壓縮檔內的檔案過多。", code="feed_too_large")
            texts, left = [], MOST_UNPACKED
            for name in names:
                with archive.open(name) as file:
                    content = file.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise FeedError("解壓縮後超過大小上限。", code="feed_too_large")
                texts.append(tables.decoded(content))
            # A district with nothing to announce may be an empty file; an archive of nothing else is strange.
            if not (texts := [text for text in texts if text.strip()]):
                raise FeedError("壓縮檔內的檔案都是空的。", code="feed_unreadable")
    # All that zipfile raises for an archive that is cut, locked, or packed in a way that it does not know.
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError):
        raise FeedError("內容不是壓縮檔，或已損毀。", code="feed_unreadable") from None
    return texts


def _stops(row: tables.Row) -> list[Outage] | None:
    """The one or two stops of a row, none if it is called off; None where number, place or time cannot be read."""
    number, area = row["number"], row["area"]
    if not number or not area:
        return None
    if _called_off(row):
        return []
    made = []
    for field in ("first", "second"):
        span = tables.window(row.get(field, ""))
        if span is None:
            if row.get(field, ""):
                return None
            continue
        office = row.get("office", "")
        made.append(
            Outage(
                key=f"{office}/{number}/{span[0]:%Y%m%d%H%M}"[:200], kind=Kind.POWER, number=number[:40],
                starts=span[0], ends=span[1], places=(Place(area=area[:_LONGEST]),), what=row.get("what", "")[:200],
                planned=True, phone=row.get("phone", "")[:40],
            )
        )  # fmt: skip
    return made or None


def _called_off(row: tables.Row) -> bool:
    """Whether a row says of itself that it will not come to pass."""
    words = f"{row.get('what', '')} {row.get('area', '')} {row.get('pressure', '')}"
    return any(word in words for word in load_feeds().called_off)


def _joined(known: Outage | None, more: Outage) -> Outage:
    """Rows of the same stop: the places of all, until the last of their ends."""
    if known is None:
        return more
    ends = [end for end in (known.ends, more.ends) if end is not None]
    return replace(known, places=tuple(dict.fromkeys((*known.places, *more.places))), ends=max(ends, default=None))


def read_water(body: bytes) -> Read:
    """Taiwan Water's list, as JSON or CSV; rows that repeat are one stop, a place with less pressure is another.

    Raises:
        FeedError: neither, a required field is missing, or most of the rows cannot be read.
    """
    text, fields = tables.decoded(body), load_feeds().fields["water"]
    begins = text.lstrip()[:1]
    if not begins:
        raise FeedError("來源沒有傳回內容。", code="feed_unreadable")
    is_json = begins in "[{<"
    rows = tables.json_rows(tables.json_list(text), fields) if is_json else tables.csv_rows(text, fields)
    stops: dict[str, Outage] = {}
    found = skipped = 0
    for row in rows:
        made = _water_stops(row)
        found, skipped = found + (made is not None), skipped + (made is None)
        for stop in made or ():
            stops[stop.key] = _joined(stops.get(stop.key), stop)
    tables.usable(found, skipped)
    return Read(tuple(stops.values()), skipped)


def _water_stops(row: tables.Row) -> Sequence[Outage] | None:
    """The stops of a row, one a kind; None where it cannot be read, nothing where it names no place."""
    number, starts = row["number"], tables.instant(row["starts"])
    said = row.get("ends", "")
    ends = tables.instant(said)
    if ends is None and any(word in said for word in load_feeds().open_end):
        said = ""
    if not number or starts is None or (said and ends is None) or (ends is not None and ends <= starts):
        return None
    if _called_off(row):
        return []
    nature = f"{row.get('nature', '')}{row.get('type', '')}"
    planned = False if "非計畫" in nature or "緊急" in nature else True if "計畫" in nature else None
    districts = tuple(row.get("district", "").replace("、", " ").replace(",", " ").split())
    shared = Outage(
        key="", kind=Kind.WATER, number=number[:40], starts=starts, ends=ends, places=(),
        what=row.get("what", "")[:200], planned=planned, phone=row.get("phone", "")[:40],
    )  # fmt: skip
    return [
        replace(
            shared, key=f"{number}/{kind}/{starts:%Y%m%d%H%M}"[:200], kind=kind,
            places=(Place(area=row[field][:_LONGEST], county=row.get("county", ""), districts=districts),),
        )
        for kind, field in ((Kind.WATER, "area"), (Kind.PRESSURE, "pressure"))
        if row.get(field)
    ]  # fmt: skip
