"""Who a caller may be and whether the matter is here already: queries for whoever enters a case."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from routing.store.cases.schema import Case as CaseRow
from routing.store.cases.schema import Firm
from routing.store.conversation.schema import Message

FEWEST_DIGITS = 6
"""Of a telephone number that is looked for."""
_EXTENSION = re.compile(r"轉|分機|#|ext", re.IGNORECASE)
_BETWEEN = ("-", " ", "(", ")", "（", "）", "－", ".", "+")


def digits_of(phone: str) -> str:
    """The last eight digits of a telephone number, without its extension: alike in every way of writing it."""
    main = _EXTENSION.split(unicodedata.normalize("NFKC", phone), maxsplit=1)[0]
    found = "".join(character for character in main if character.isascii() and character.isdigit())[-8:]
    return found if len(found) >= FEWEST_DIGITS else ""


def _named(name: str) -> str:
    """A pattern for firms of this name, with 臺 and 台 alike."""
    core = unicodedata.normalize("NFKC", name).strip()
    core = core.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{core.replace('臺', '_').replace('台', '_')}%"


def firms_like(session: Session, *, name: str | None, ubn: str | None, phone: str | None, limit: int) -> list[Firm]:
    """Firms that any of these may mean, those with the number first, then the verified ones."""
    ways: list[ColumnElement[bool]] = []
    if name:
        ways.append(Firm.name.ilike(_named(name), escape="\\"))
    if ubn:
        ways.append(or_(Firm.ubn == ubn, Firm.claimed_ubn == ubn))
    if digits := digits_of(phone or ""):
        written: ColumnElement[str] = func.coalesce(CaseRow.contact_phone, "")
        for between in _BETWEEN:
            written = func.replace(written, between, "")
        ways.append(Firm.id.in_(select(CaseRow.firm_id).where(CaseRow.firm_id.is_not(None), written.contains(digits))))
    if not ways:
        return []
    number = (Firm.ubn == ubn).desc() if ubn else Firm.verified.desc()
    return list(
        session.scalars(select(Firm).where(or_(*ways)).order_by(number, Firm.verified.desc(), Firm.id).limit(limit))
    )


def cases_of_firms(session: Session, firm_ids: list[int], *, limit: int) -> list[CaseRow]:
    """The cases of some firms, the newest first."""
    query = select(CaseRow).where(CaseRow.firm_id.in_(firm_ids))
    return list(session.scalars(query.order_by(CaseRow.received_at.desc(), CaseRow.id.desc()).limit(limit)))


def with_doc_no(session: Session, doc_no: str, *, limit: int) -> list[CaseRow]:
    """Cases to which a letter of this number belongs already."""
    lettered = select(Message.case_id).where(Message.doc_no == doc_no, Message.case_id.is_not(None))
    return list(
        session.scalars(select(CaseRow).where(CaseRow.id.in_(lettered)).order_by(CaseRow.id.desc()).limit(limit))
    )
