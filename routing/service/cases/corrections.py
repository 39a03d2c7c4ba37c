"""What was written down wrong at entry is put right: contact, telephone, park, subject, firm; with a trace, no notice.

The event names the fields and who did it, of a park also what stood there; other words that were wrong are not kept a
second time. What the firm was told stays as it was told.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.domain.tax_number import check_firm
from routing.service.bindings import commands as bindings
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.typed import text
from routing.store.cases import queries as store

_LONGEST = {"contact": 80, "phone": 40, "subject": 200, "firm": 120}
_COLUMNS = {"contact": "contact_name", "phone": "contact_phone", "park": "park", "subject": "subject"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedFirm:
    """A firm by name, 統一編號 or both; neither: it is not known."""

    name: str | None = None
    ubn: str | None = None


def correct(
    locked: LockedCase, *, contact: str | None = None, phone: str | None = None, park: str | None = None,
    subject: str | None = None, firm: NamedFirm | None = None,
) -> None:  # fmt: skip
    """Write what is given in place of what stands there; None leaves a field, an empty word clears it.

    Raises:
        Invalid: nothing is changed by it, a park is unknown, the subject is empty or too long, a 統一編號 is none.
    """
    locked.require("correct")
    given = {"contact": contact, "phone": phone, "park": park, "subject": subject}
    new = {name: _read(locked, name, value) for name, value in given.items() if value is not None}
    changed = {name: value for name, value in new.items() if value != getattr(locked.row, _COLUMNS[name])}
    firm_id, firm_before = locked.row.firm_id if firm is None else _firm(locked, firm), locked.row.firm_id
    if not changed and firm_id == firm_before:
        raise Invalid("內容與原登錄相同，沒有更正。", code="nothing_corrected")
    trace: dict[str, Any] = {}
    if "park" in changed:
        # Figures of months that are printed follow the events: where the case began is kept beside it.
        trace = {"park": changed["park"], "park_before": locked.row.park}
        locked.row.opened = {"park": locked.row.park, **locked.row.opened}
    for name, value in changed.items():
        setattr(locked.row, _COLUMNS[name], value)
    fields, firms = list(changed), {}
    if firm_id != firm_before:
        # Whom its opener let see it were the other firm's people.
        bindings.share(locked, shared=False)
        locked.row.firm_id = firm_id
        fields, firms = [*fields, "firm"], {"firm": firm_id or 0, "firm_before": firm_before or 0}
        locked.case = store.state_of(locked.session, locked.row)
    locked.record(EventKind.CORRECTED, fields=fields, **trace)
    locked_case.audit(locked, "case.correct", fields=fields, **trace, **firms)


def _firm(locked: LockedCase, named: NamedFirm) -> int | None:
    """The firm that is meant, by its row; the one that stands there if it is named as it stands."""
    name, ubn = (named.name or "").strip() or None, named.ubn or None
    if len(name or "") > _LONGEST["firm"]:
        raise Invalid(f"內容請在 {_LONGEST['firm']} 字以內。", field="firm")
    standing = store.firm_of(locked.session, locked.row)
    if standing is not None and (name, ubn) == (standing.name, standing.ubn or standing.claimed_ubn):
        return standing.id
    check_firm(name, ubn)
    found = store.firm_for(locked.session, name=name, ubn=ubn, now=locked.now)
    return found.id if found is not None else None


def _read(locked: LockedCase, name: str, value: str) -> str | None:
    if name == "subject":
        return text(value, "subject", limit=_LONGEST["subject"])
    words = value.strip()
    if name == "park":
        found = locked.office.offices.park(words) if words else None
        if words and found is None:
            raise Invalid(f"查無園區「{words}」。", field="park")
        return found.name if found else None
    if len(words) > _LONGEST[name]:
        raise Invalid(f"內容請在 {_LONGEST[name]} 字以內。", field=name)
    return words or None
