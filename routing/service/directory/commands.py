"""Parks, units and agencies as the branch keeps them at the desk; every process uses them with its next transaction.

A change is a whole row in place of the shipped one. It is tried with all others before it is kept, so that an alias of
two parks, or a matter that no unit takes, is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from knowledge.calendar.official_days import COUNTIES, find_district
from knowledge.offices.directory import KEYS, OfficeDataError, Offices, offices_with, raw_rows
from routing.domain.errors import Forbidden, Invalid, NotFound, StaleVersion
from routing.domain.pagination import MOST, Page
from routing.domain.permissions import Actor, Permission
from routing.service.knowledge_admin.unit_phones import checked_phone
from routing.store.accounts import queries as account_store
from routing.store.directory import queries as store
from routing.store.directory.schema import OfficeEntry

_CODES = {"parks": re.compile(r"[a-z][a-z0-9-]{1,38}"), "units": re.compile(r"[^\s/?#%]{2,20}")}
"""How a new one may be called; agencies have words and partners' accounts of their own and are not added here."""
MOST_OFFICES = 10
_LENGTHS = {"name": 40, "full_name": 60, "en": 80, "ja": 80, "source": 500, "note": 300}
_LISTED, _LONGEST = 40, 60
"""Aliases of a park, and signs of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row as it stands now. ``changed``: by whom and when the branch changed it, if it did; ``version`` 0: never."""

    code: str
    row: Mapping[str, Any]
    shipped: bool
    version: int
    changed: OfficeEntry | None

    @property
    def own(self) -> bool:
        """Whether the branch's own row stands."""
        return self.changed is not None and bool(self.changed.data)


def require(actor: Actor) -> None:
    """Raises Forbidden: the person is no administrator."""
    if not actor.may(Permission.ADMINISTER):
        raise Forbidden("園區、單位及機關資料由系統管理人員維護。")


def page(session: Session, actor: Actor, kind: str, *, limit: int, cursor: str | None) -> Page[Entry]:
    """The rows of a kind in the order of the file, those that were added behind.

    Raises:
        Forbidden: no administrator. NotFound: no such kind. Invalid: a cursor that no page gave.
    """
    require(actor)
    found = list(_entries(session, kind).values())
    begin = 0
    if cursor is not None:
        if not (cursor.isascii() and cursor.isdigit() and int(cursor[:9]) <= MOST * MOST):
            raise Invalid("cursor 不正確；請使用上一頁的 next_cursor。", field="cursor")
        begin = int(cursor[:9])
    shown = found[begin : begin + limit]
    return Page(shown, str(begin + limit) if len(found) > begin + limit else None)


def one(session: Session, actor: Actor, kind: str, code: str) -> Entry:
    """One row. Raises Forbidden, NotFound."""
    require(actor)
    entry = _entries(session, kind).get(code)
    if entry is None:
        raise NotFound("查無這筆資料。")
    return entry


def _entries(session: Session, kind: str) -> dict[str, Entry]:
    if kind not in KEYS:
        raise NotFound("找不到這個頁面。")
    own, key = store.entries(session, kind), KEYS[kind]
    found = {}
    for row in raw_rows()[kind]:
        changed = own.get(row[key])
        found[row[key]] = _entry(row[key], changed.data if changed is not None and changed.data else row, changed, True)
    for code, changed in own.items():
        if code not in found and changed.data:
            found[code] = _entry(code, changed.data, changed, False)
    return found


def _entry(code: str, row: Mapping[str, Any], changed: OfficeEntry | None, shipped: bool) -> Entry:
    return Entry(
        code=code, row=row, shipped=shipped, changed=changed, version=changed.version if changed is not None else 0
    )


def save(
    session: Session, actor: Actor, kind: str, code: str, fields: Mapping[str, Any], *, version: int, now: datetime
) -> None:
    """Keep a row: ``fields`` are those that may be changed, the others stay; a new code adds a row (parks and units).

    Raises:
        Forbidden: no administrator. NotFound: no such kind, or an agency that there is none of. StaleVersion: somebody
            has changed it since. Invalid: a field that cannot be used, or one that contradicts another row.
    """
    require(actor)
    entries = _entries(session, kind)
    before = entries.get(code)
    if before is None and kind not in _CODES:
        raise NotFound("查無這筆資料。")
    if before is None and not _CODES[kind].fullmatch(code):
        words = "代碼請用小寫英文、數字與連字號。" if kind == "parks" else "單位名稱請在 2 至 20 字。"
        raise Invalid(words, field="code", code="bad_code")
    held = store.entry(session, kind, code, lock=True)
    if (held.version if held is not None else 0) != version:
        raise StaleVersion("這筆資料剛由其他同仁變更，請重新開啟後再修改。")
    row = {**(before.row if before is not None else _blank(kind, code)), **_checked(kind, fields)}
    # The day on which the shipped row was checked says nothing of the branch's own.
    row.pop("checked_on", None)
    _try(session, kind, code, row)
    was = dict(before.row) if before is not None else {}
    changed = {name: value for name, value in row.items() if was.get(name) != value}
    if not changed:
        return
    _keep(session, actor, held, kind=kind, code=code, row=row, now=now)
    detail = {"was": {name: was.get(name) for name in changed}, **changed}
    _audit(session, actor, f"directory.{kind}", code, detail, now=now)


def restore(session: Session, actor: Actor, kind: str, code: str, *, now: datetime) -> None:
    """The shipped row stands again. Raises Forbidden, NotFound; Invalid: the others cannot do without."""
    entry = one(session, actor, kind, code)
    held = store.entry(session, kind, code, lock=True)
    if held is None or not held.data or not entry.shipped:
        raise NotFound("這筆資料沒有可還原的預設內容。")
    _try(session, kind, code, {})
    _keep(session, actor, held, kind=kind, code=code, row={}, now=now)
    _audit(session, actor, "directory.restore", code, {"kind": kind}, now=now)


def _blank(kind: str, code: str) -> dict[str, Any]:
    if kind == "units":
        return {"name": code, "phone": "", "source": ""}
    return {"id": code, "name": code, "note": "", "source": ""}


def _keep(
    session: Session, actor: Actor, held: OfficeEntry | None, *, kind: str, code: str, row: dict[str, Any],
    now: datetime,
) -> None:  # fmt: skip
    store.change_here(session)
    by = actor.email or actor.name
    if held is None:
        session.add(OfficeEntry(kind=kind, code=code, data=row, version=1, changed_by=by, changed_at=now))
    else:
        held.data, held.version, held.changed_by, held.changed_at = row, held.version + 1, by, now
    session.flush()


def _audit(
    session: Session, actor: Actor, action: str, code: str, detail: dict[str, object], *, now: datetime
) -> None:  # fmt: skip
    account_store.audit(session, at=now, actor=actor.email or actor.name, action=action, subject=code, detail=detail)


def _try(session: Session, kind: str, code: str, row: dict[str, Any]) -> Offices:
    """The directory with this row in it. Raises Invalid: it contradicts the others."""
    rows = store.rows_by_kind(session)
    of_kind = {**rows.get(kind, {}), code: row}
    if not row:
        del of_kind[code]
    try:
        return offices_with({**rows, kind: of_kind})
    except OfficeDataError as error:
        raise Invalid(str(error).split("：", 1)[-1], field=kind, code="directory_contradicts") from error


def _checked(kind: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: _field(name, value) for name, value in fields.items()}
    if kind == "agencies":
        told["offices"] = [_local(one) for one in told.get("offices", ())]
        return told
    for name in ("full_name", "en") if kind == "parks" else ("en", "ja"):
        if not told.get(name):
            raise Invalid("請填寫名稱。", field=name)
    if kind == "parks":
        told["county"], told["district"] = _place(told["county"], told["district"])
    return told


def _field(name: str, value: Any) -> Any:
    if isinstance(value, str):
        told = " ".join(value.split())
        if len(told) > _LENGTHS.get(name, 80):
            raise Invalid(f"請在 {_LENGTHS.get(name, 80)} 字以內。", field=name)
        return told
    if name == "offices":
        return list(value)
    told_list = [" ".join(str(one).split()) for one in value]
    told_list = list(dict.fromkeys(one for one in told_list if one))
    if len(told_list) > _LISTED or any(len(one) > _LONGEST for one in told_list):
        raise Invalid(f"最多 {_LISTED} 個，每個 {_LONGEST} 字以內。", field=name)
    return told_list


def _place(county: str, district: str) -> tuple[str, str]:
    if county not in COUNTIES:
        raise Invalid("請選擇縣市。", field="county")
    found = find_district(county, district) if district else ""
    if found is None:
        raise Invalid(f"{county}沒有「{district}」這個行政區。", field="district", code="unknown_district")
    return county, found


def _local(one: Mapping[str, Any]) -> dict[str, Any]:
    """A local office of an agency; its districts are of its county, its telephone is one."""
    name = " ".join(str(one["name"]).split())
    if not name or len(name) > _LENGTHS["full_name"]:
        raise Invalid(f"請填寫服務處名稱，{_LENGTHS['full_name']} 字以內。", field="offices")
    places = [_place(one["county"], district)[1] for district in one["districts"]]
    county, _ = _place(one["county"], "")
    return {"name": name, "county": county, "districts": places, "phone": checked_phone(one["phone"])}
