"""Whether words say whose case it is."""

from __future__ import annotations

import re

from sqlalchemy.orm import Session

from routing.store.cases import queries as store
from routing.store.cases.schema import Case as CaseRow

_LEAST = 2
"""Characters of a name; fewer are found in any text."""


def names_firm(session: Session, row: CaseRow, text: str) -> bool:
    """Whether a text has the firm's name or number, its contact, or a telephone of theirs."""
    firm = store.firm_of(session, row)
    names = [row.contact_name, *((firm.name, firm.ubn, firm.claimed_ubn) if firm is not None else ())]
    if any(name is not None and len(name.strip()) >= _LEAST and name.strip() in text for name in names):
        return True
    phone = re.sub(r"\D", "", row.contact_phone or "")
    return len(phone) > 5 and phone in re.sub(r"[\s()#-]", "", text)
