"""Who asks and where: what a firm tells of itself after its case is open."""

from __future__ import annotations

from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.reporting import measuring
from routing.store.cases import queries as case_store

_LONGEST = {"firm_name": 120, "contact_name": 80, "contact_phone": 40}


def fill(
    locked: LockedCase, *, firm_name: str | None, firm_ubn: str | None, contact_name: str | None,
    contact_phone: str | None, park: str | None,
) -> None:  # fmt: skip
    """Write what is told where the case has nothing yet; what staff entered meanwhile stays."""
    row = locked.row
    if row.firm_id is None and (firm_name or firm_ubn):
        name = (firm_name or firm_ubn or "")[: _LONGEST["firm_name"]]
        firm = case_store.firm_for(locked.session, name=name, ubn=firm_ubn, now=locked.now)
        row.firm_id = firm.id if firm else None
    row.contact_name = row.contact_name or (contact_name or "")[: _LONGEST["contact_name"]] or None
    row.contact_phone = row.contact_phone or (contact_phone or "")[: _LONGEST["contact_phone"]] or None
    found = locked.office.offices.park(park) if park else None
    row.park = row.park or (found.name if found else None)
    locked.session.flush()
    measuring.keep(locked.session, locked.office, row)
    locked_case.audit(locked, "case.details")
