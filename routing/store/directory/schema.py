"""The table of what the branch has changed of its parks, units and agencies."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base


class OfficeEntry(Base):
    """A row of ``knowledge/data/offices`` as the branch wants it: it stands before the shipped one with the same code.

    ``kind``: parks, units or agencies. ``data``: the whole row; empty: the shipped one stands again.
    ``version`` counts changes, so that every process knows which rows it has made its directory of.
    """

    __tablename__ = "office_entry"
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    data: Mapped[dict[str, Any]]
    version: Mapped[int]
    changed_by: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime]
