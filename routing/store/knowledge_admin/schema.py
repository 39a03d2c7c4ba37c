"""Tables of knowledge administration: versions of entries, corrections, and the units' telephone numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class KnowledgeEdit(Base):
    """A version of a FAQ entry made at the desk: draft or approved; the newest approved one is active.

    ``trial``: what it would change of what was asked lately, by ids of enquiries and without a word of theirs; asked
    for at ``trial_asked_at`` and worked out by a worker at ``trial_at``.
    """

    __tablename__ = "knowledge_edit"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(80), index=True)
    body: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(10))
    author: Mapped[str] = mapped_column(String(200))
    approver: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    trial_asked_at: Mapped[datetime | None]
    trial_at: Mapped[datetime | None]
    trial: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Correction(Base):
    """What an officer taught from a case: a phrasing of an entry, a counter-example to one, or a text's category.

    ``state``: trial until the worker has tried it against the evaluation set, then live or refused; ``report`` holds
    the figures before and after. A correction whose message is taken back is erased with it; the id outlives the
    message's row, which its period of keeping may end.
    """

    __tablename__ = "correction"
    id: Mapped[int] = mapped_column(Id, primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(10))
    entry_id: Mapped[str | None] = mapped_column(String(80), index=True)
    category: Mapped[str | None] = mapped_column(String(16))
    case_number: Mapped[str | None] = mapped_column(String(24))
    message_id: Mapped[int | None] = mapped_column(Id, index=True)
    author: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), index=True)
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    decided_at: Mapped[datetime | None]


class UnitPhone(Base):
    """A unit's own telephone number as the branch has filled it in; it stands before the one of the data files.

    ``phone`` empty: it was taken away again.
    """

    __tablename__ = "unit_phone"
    unit: Mapped[str] = mapped_column(String(40), primary_key=True)
    phone: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(200))
