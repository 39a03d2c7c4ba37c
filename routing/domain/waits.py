"""A wait of a case, and the pieces of what was asked for that come during it (contract §7 and §9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

QUIET = timedelta(minutes=30)
"""After so long without another piece a wait on the firm is over, at the last piece."""

Piece = tuple[int, datetime]
"""A message by its row, and when it came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A wait on the ``firm`` (takes days out) or on an ``agency`` (only shown); ``end`` None: it still goes on.

    ``pieces``: messages with what was asked for, and when they came. ``ended_by``: the piece at which it ended, if one
    did. ``lost``: pieces that ended it and were moved to another case since, each with the end that it had made.
    """

    on: str
    start: datetime
    end: datetime | None = None
    agency: str | None = None
    until: str | None = None
    pieces: tuple[Piece, ...] = ()
    ended_by: int | None = None
    lost: tuple[Piece, ...] = ()


def with_piece(wait: Wait, message_id: int, at: datetime) -> Wait:
    """One more piece came."""
    return replace(wait, pieces=(*wait.pieces, (message_id, at)))


def without_piece(wait: Wait, message_id: int, *, until: datetime | None) -> Wait:
    """A piece was moved away. If it had ended the wait, the piece before it did, or the wait went on ``until`` then."""
    pieces = tuple(piece for piece in wait.pieces if piece[0] != message_id)
    if wait.ended_by != message_id or wait.end is None:
        return replace(wait, pieces=pieces)
    lost = (*wait.lost, (message_id, wait.end))
    if pieces:
        return replace(wait, pieces=pieces, lost=lost, end=pieces[-1][1], ended_by=pieces[-1][0])
    return replace(wait, pieces=(), lost=lost, end=until, ended_by=None)


def with_piece_back(wait: Wait, message_id: int) -> Wait:
    """A piece that had ended the wait was moved back: it ends there again. Any other wait stays as it is."""
    end = next((at for lost, at in wait.lost if lost == message_id), None)
    if end is None:
        return wait
    return replace(
        wait, pieces=(*wait.pieces, (message_id, end)), lost=tuple(one for one in wait.lost if one[0] != message_id),
        end=end, ended_by=message_id,
    )  # fmt: skip
