"""Tables of reporting: what cases add to periods, kept ready; which reports were issued, and with what fingerprint."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class IssuedReport(Base):
    """The fingerprint of a report of a finished period as it was last given out; a change makes a revision."""

    __tablename__ = "issued_report"
    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int] = mapped_column(default=0)
    issued_at: Mapped[datetime]


class CaseSpell(Base):
    """A stretch of days over which a case counts the same in every period that ends on one of them; derived.

    See ``routing.domain.reporting.spells``, of whose fields these are copies. Days are numbers (``date.toordinal``).
    """

    __tablename__ = "case_spell"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("service_case.id"), index=True)
    block: Mapped[int] = mapped_column(index=True)
    since: Mapped[int]
    until: Mapped[int]
    kind: Mapped[str] = mapped_column(String(4))
    category: Mapped[str] = mapped_column(String(16))
    topic: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str] = mapped_column(String(40))
    officer: Mapped[str | None] = mapped_column(String(200))
    park: Mapped[str | None] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(12))
    language: Mapped[str] = mapped_column(String(10))
    agency: Mapped[str | None] = mapped_column(String(20))
    received: Mapped[int]
    closed: Mapped[int | None]
    flags: Mapped[int]
    days_used: Mapped[float | None]
    gross_days: Mapped[float | None]
    waited_firm: Mapped[int]
    waited_agency: Mapped[int]
    replied: Mapped[int | None]
    reply_minutes: Mapped[float | None]
    late_from: Mapped[int | None]
    turns: Mapped[str] = mapped_column(Text)
    held: Mapped[str] = mapped_column(Text, server_default=text("''"))


class SpellBlock(Base):
    """All spells of a block as columns of numbers, to be read at once; there is none while one of them may change."""

    __tablename__ = "spell_block"
    block: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    made_as: Mapped[str | None] = mapped_column(String(32))
    """A digest of what follows, by which a process knows that it has read it; None in blocks that the release before
    made. It comes first: SQLite would walk through the content to get at what lies behind it."""
    columns: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    held: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    """For days held (``domain.reporting.held_totals``); None in blocks of before there were any: made anew."""


class AnnualEntry(Base):
    """A figure of a year that no system measures, entered by hand (``routing.domain.reporting.annual.Entry``).

    One that is withdrawn keeps its row.
    """

    __tablename__ = "annual_entry"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    section: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(String(120))
    dimension: Mapped[str | None] = mapped_column(String(20))
    figure: Mapped[str] = mapped_column(String(500))
    evidence: Mapped[str] = mapped_column(String(500))
    owner: Mapped[str] = mapped_column(String(80))
    entered_by: Mapped[str] = mapped_column(String(200))
    entered_at: Mapped[datetime]
    withdrawn_by: Mapped[str | None] = mapped_column(String(200))
    withdrawn_at: Mapped[datetime | None]


class AnnualSeal(Base):
    """A year's papers as they were signed; ``content`` is their JSON. Revisions count from 0."""

    __tablename__ = "annual_seal"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    year: Mapped[int]
    revision: Mapped[int]
    sealed_at: Mapped[datetime]
    sealed_by: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(String(300))
    sha256: Mapped[str] = mapped_column(String(64))
    content: Mapped[str] = mapped_column(Text, deferred=True)
    __table_args__ = (UniqueConstraint("year", "revision"),)
