"""The table of browsers in which somebody has signed in for a firm."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from routing.store.base import Base, Id


class FirmSession(Base):
    """A browser of a firm, by the hash of its token; over with the binding that it stands for.

    ``how`` it signed in: by ``code``, or by ``oidc``.
    """

    __tablename__ = "firm_session"
    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    binding_id: Mapped[int] = mapped_column(Id, ForeignKey("binding.id"), index=True)
    how: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
