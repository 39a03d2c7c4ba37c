"""Online services of the bureau and other agencies: what is applied for where, from data/services.yaml.

An address that nobody verified is empty: such a service gets no button. The branch fills addresses in at the desk.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from knowledge.entries import FaqEntry
from knowledge.files import yaml_text
from knowledge.vocabulary import ENTRY_PARK_KINDS, Category, ParkKind

_FIELDS = frozenset({
    "id", "item", "category", "topics", "entries", "parks", "prepare", "certificate", "duration", "address",
    "verified", "source", "facts",
})  # fmt: skip


class ServicesError(ValueError):
    """The table cannot be used; the message names row and field."""

    code = "services_invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlineService:
    """One thing that is applied for or filed online.

    ``entries``: FAQ entries under which it stands; ``topics``: topics of its category whose answers it also serves.
    ``verified``: when a person of the branch last opened ``address`` (Taipei date); both empty until then.
    """

    id: str
    item: str
    category: Category
    topics: tuple[str, ...]
    entries: tuple[str, ...]
    parks: ParkKind
    prepare: tuple[str, ...]
    certificate: str
    duration: str
    address: str
    verified: date | None
    source: str
    facts: tuple[str, ...]

    @property
    def usable(self) -> bool:
        """Whether firms may be sent there."""
        return bool(self.address) and self.verified is not None

    def fits(self, kind: str | None) -> bool:
        """Whether it is for this kind of park (None: not known, then only what holds for every park)."""
        return self.parks is ParkKind.ANY or self.parks.value == kind

    def at(self, address: str, verified: date | None) -> OnlineService:
        """The same service with an address.

        Raises:
            ServicesError: the address is none that a phone may open, or one of the two is missing.
        """
        changed = replace(self, address=address, verified=verified)
        problem = _address_problem(changed)
        if problem:
            raise ServicesError(f"{self.id}：{problem}")
        return changed


def _address_problem(service: OnlineService) -> str:
    if bool(service.address) != (service.verified is not None):
        return "address 與 verified 須同時填寫：查證過的網址才可提供給廠商"
    parts = urlsplit(service.address)
    if service.address and (parts.scheme != "https" or not parts.netloc or len(service.address) > 1000):
        return "address 須為 https:// 開頭的網址（1,000 字元內）"
    return ""


def read_services(text: str, name: str = "services.yaml") -> tuple[OnlineService, ...]:
    """The rows of a table.

    Raises:
        ServicesError: a row cannot be used; says which row and which field.
    """
    try:
        rows = yaml_text.read(text)
    except yaml_text.YamlRefusedError as error:
        slip = error.slips[0]
        raise ServicesError(f"{name}：{slip.entry}：{slip.field}：{slip.message}") from error
    if not isinstance(rows, list):
        raise ServicesError(f"{name}：應為清單")
    services = tuple(_row(row, f"{name} 第 {number} 列") for number, row in enumerate(rows, 1))
    ids = [service.id for service in services]
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ServicesError(f"{name}：id 重複：{'、'.join(twice)}")
    return services


def _row(raw: Any, where: str) -> OnlineService:
    if not isinstance(raw, dict):
        raise ServicesError(f"{where}：應為欄位與值")
    unknown = sorted(set(raw) - _FIELDS)
    if unknown:
        raise ServicesError(f"{where}：沒有這個欄位：{'、'.join(unknown)}")
    for needed in ("id", "item", "category", "source"):
        if not str(raw.get(needed) or "").strip():
            raise ServicesError(f"{where}：{needed} 不可空白")
    try:
        service = _service(raw)
    except ValueError as error:
        raise ServicesError(f"{where}：{error}") from error
    problem = _address_problem(service)
    if problem:
        raise ServicesError(f"{where}：{problem}")
    return service


def _service(raw: Mapping[str, Any]) -> OnlineService:
    verified = raw.get("verified")
    if verified is not None and not isinstance(verified, date):
        raise ValueError("verified 應為日期，例如 2026-11-22")
    return OnlineService(
        id=str(raw["id"]),
        item=str(raw["item"]).strip(),
        category=Category(raw["category"]),
        topics=_texts(raw, "topics"),
        entries=_texts(raw, "entries"),
        parks=_parks(raw.get("parks", ParkKind.ANY)),
        prepare=_texts(raw, "prepare"),
        certificate=str(raw.get("certificate") or "").strip(),
        duration=str(raw.get("duration") or "").strip(),
        address=str(raw.get("address") or "").strip(),
        verified=verified,
        source=str(raw["source"]).strip(),
        facts=_texts(raw, "facts"),
    )


def _parks(value: object) -> ParkKind:
    if value not in ENTRY_PARK_KINDS:
        raise ValueError(f"「{value}」不是可用的 parks，可用：{'、'.join(ENTRY_PARK_KINDS)}")
    return ParkKind(str(value))


def _texts(raw: Mapping[str, Any], field: str) -> tuple[str, ...]:
    value = raw.get(field) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError(f"{field} 應為文字清單")
    return tuple(one.strip() for one in value)


@cache
def load_services() -> tuple[OnlineService, ...]:
    """The table that ships with the product."""
    path = resources.files("knowledge") / "data" / "services.yaml"
    return read_services(path.read_text(encoding="utf-8"))


def service_for(services: Iterable[OnlineService], entry: FaqEntry, park_kind: str | None) -> OnlineService | None:
    """The usable service under an answer: the one that names the entry, else one of its category and topic.

    ``park_kind``: that of the firm's park, None if not known; the entry's own kind is taken then.
    """
    kind = park_kind or (None if entry.parks is ParkKind.ANY else entry.parks.value)
    usable = [service for service in services if service.usable and service.fits(kind)]
    named = (service for service in usable if entry.id in service.entries)
    by_topic = (s for s in usable if s.category is entry.category and entry.topic in s.topics)
    return next(named, None) or next(by_topic, None)
