"""Tables of cases: firms, cases with the projection that lists read, their events, the serials of their numbers.

JSON columns hold small values that are read whole.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id

NOT_CLOSED = "status != 'closed'"
"""In these words the index of the queue is asked: a bound value would not let SQLite see that it serves."""
_SURVEY = "event IN ('surveyed', 'rated')"
"""Events of which there are few, and which are asked for by their time alone."""


class Firm(Base):
    """A firm by name and 統一編號. ``verified``: an officer has checked that the contact speaks for it.

    ``claimed_ubn``: a number that this firm gave and that stands with another name already; staff settle whose it is.
    ``email``: where staff have found that the firm is written to; binding codes go there.
    """

    __tablename__ = "firm"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    ubn: Mapped[str | None] = mapped_column(String(8), unique=True)
    claimed_ubn: Mapped[str | None] = mapped_column(String(8), index=True)
    verified: Mapped[bool] = mapped_column(default=False)
    email: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]


class Case(Base):
    """A case: how it began, and a projection of its events for lists. The events are the truth.

    ``piece_at``: when the last piece of what a firm was asked for came, while the case waits on it. ``call_…``: the
    firm is to be called. ``partner_answered_at``: an agency has answered and nobody has acted on it since.
    ``unseen``: its officer was given it and has neither opened it nor done anything in it; no event says so.
    ``waiting_agency``: the agency asked last; ``consulting``: agencies by code and units by name that are asked now.
    ``extension_refused_to``: who asked for days that were refused, until they have taken note. ``merged_into``: the
    number of the case that goes on in its place (併案). ``watched``: 列管; ``snoozed_until``: 暫緩.
    ``incident_id``: the incident that it is in (集體事件).
    ``draft_by``: whose answer waits for approval (陳核); ``draft_returned_to``: whose went back.
    """

    __tablename__ = "service_case"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(24), unique=True)
    opened: Mapped[dict[str, Any]]
    channel: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(10))
    park: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200))
    alert: Mapped[str | None] = mapped_column(String(20))
    first_contact_at: Mapped[datetime]
    received_at: Mapped[datetime] = mapped_column(index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)
    firm_id: Mapped[int | None] = mapped_column(ForeignKey("firm.id"), index=True)
    contact_name: Mapped[str | None] = mapped_column(String(80))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    refs: Mapped[list[Any]] = mapped_column(default=list)
    imported: Mapped[bool] = mapped_column(default=False)
    kind: Mapped[str] = mapped_column(String(4))
    status: Mapped[str] = mapped_column(String(16))
    category: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(40))
    assignee: Mapped[str | None] = mapped_column(String(200))
    waiting_on: Mapped[str | None] = mapped_column(String(8))
    waiting_agency: Mapped[str | None] = mapped_column(String(20))
    consulting: Mapped[list[Any]] = mapped_column(default=list)
    due_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    closed_at: Mapped[datetime | None] = mapped_column(index=True)
    outcome: Mapped[str | None] = mapped_column(String(12))
    first_reply_at: Mapped[datetime | None]
    firm_spoke_at: Mapped[datetime | None]
    piece_at: Mapped[datetime | None] = mapped_column(index=True)
    call_asked_at: Mapped[datetime | None] = mapped_column(index=True)
    call_when: Mapped[str | None] = mapped_column(String(12))
    call_tries: Mapped[int] = mapped_column(default=0)
    partner_answered_at: Mapped[datetime | None]
    unseen: Mapped[bool] = mapped_column(default=False)
    pending_extension: Mapped[bool] = mapped_column(default=False)
    extension_refused_to: Mapped[str | None] = mapped_column(String(200), index=True)
    merged_into: Mapped[str | None] = mapped_column(String(24), index=True)
    draft_by: Mapped[str | None] = mapped_column(String(200), index=True)
    draft_returned_to: Mapped[str | None] = mapped_column(String(200), index=True)
    watched: Mapped[bool] = mapped_column(default=False, index=True)
    snoozed_until: Mapped[date | None] = mapped_column(index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"), index=True)
    confidential: Mapped[bool] = mapped_column(default=False)
    late: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=0)
    __table_args__ = (
        Index("ix_service_case_queue", "status", "unit", "due_on"),
        Index("ix_service_case_assignee_status", "assignee", "status"),
        Index(
            "ix_service_case_promised", "promised_on", "id", "alert", "call_asked_at",
            sqlite_where=text(NOT_CLOSED), postgresql_where=text(NOT_CLOSED),
        ),
        Index(
            "ix_service_case_confidential", "unit",
            sqlite_where=text("confidential IS 1"), postgresql_where=text("confidential IS true"),
        ),
    )  # fmt: skip


class CaseDraft(Base):
    """An answer that another person approves before it is sent (陳核), and what became of it.

    ``state``: ``asked``, ``approved``, ``returned`` or ``withdrawn``. ``sent``: the text as it was approved, if the
    approver changed it.
    """

    __tablename__ = "case_draft"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    translation: Mapped[str | None] = mapped_column(Text)
    via: Mapped[str | None] = mapped_column(String(12))
    doc_no: Mapped[str | None] = mapped_column(String(60))
    outcome: Mapped[str | None] = mapped_column(String(12))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(12))
    decided_by: Mapped[str | None] = mapped_column(String(200))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(300))
    sent: Mapped[str | None] = mapped_column(Text)


class KeptReply(Base):
    """The words of a reply that an officer has typed in a case and not sent; one for each officer and case."""

    __tablename__ = "kept_reply"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    translation: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)


class SavedView(Base):
    """A view of the list of cases that somebody keeps: what its address says. ``unit``: all of it are offered it."""

    __tablename__ = "saved_view"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    unit: Mapped[str | None] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[dict[str, Any]]
    changed_at: Mapped[datetime]
    __table_args__ = (UniqueConstraint("staff_id", "name", name="uq_saved_view_staff_id_name"),)


class Presence(Base):
    """Somebody has a case open; ``at``: when the page last said so. ``typing_at``: when they last typed an answer."""

    __tablename__ = "presence"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    typing_at: Mapped[datetime | None]


class CaseLook(Base):
    """Somebody has had a case before them; ``seq``: the last event that stood on the page then."""

    __tablename__ = "case_look"
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)


class CaseEvent(Base):
    """One event of a case. ``at`` is when it happened, ``recorded_at`` when we learnt of it."""

    __tablename__ = "case_event"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"))
    seq: Mapped[int]
    at: Mapped[datetime] = mapped_column(index=True)
    recorded_at: Mapped[datetime]
    event: Mapped[str] = mapped_column(String(24))
    by: Mapped[str | None] = mapped_column(String(200))
    data: Mapped[dict[str, Any]]
    __table_args__ = (
        UniqueConstraint("case_id", "seq"),
        Index(
            "ix_case_event_survey", "at", sqlite_where=text(_SURVEY), postgresql_where=text(_SURVEY),
        ),
    )  # fmt: skip


class Serial(Base):
    """The last case number given on a day of receipt (Taipei)."""

    __tablename__ = "serial"
    agency: Mapped[str] = mapped_column(String(4), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Withdrawn(Base):
    """What was taken back although it belonged to a case: an archive (檔案法 §12), for an administrator with a reason.

    ``sealed`` is compressed JSON, so that no search and no list meets the words by accident.
    """

    __tablename__ = "withdrawn"
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), index=True)
    at: Mapped[datetime]
    sealed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
