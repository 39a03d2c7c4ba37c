"""One effect for one request, however often it is sent: the first answer is kept for a day (contract §5).

The row is claimed before anything is done, in the same transaction: a second sender of the same key waits for the
first one's commit and then gets its answer; after a rollback it does the work itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from json import dumps, loads

from sqlalchemy.orm import Session

from routing.domain.errors import Invalid, KeyReused
from routing.store.maintenance import idempotency as store

KEPT = timedelta(hours=24)
"""How long a first answer is given again."""
LONGEST_KEY = 255


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it leaves: ``body`` is the text, ``headers`` those beside the usual ones."""

    status: int
    body: str
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    again: bool = False
    """Given before; only in memory."""


def check_key(key: str) -> None:
    """Raises Invalid for a key that no header may carry or that is too long to keep."""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Invalid(f"Idempotency-Key 須為 1 到 {LONGEST_KEY} 個可見的 ASCII 字元。", field="Idempotency-Key")


def before(session: Session, *, staff_id: int | None, key: str, request_sha256: str, now: datetime) -> Answer | None:
    """The answer that a key got within a day; None if there was none. Reads only.

    Raises:
        Invalid: the key cannot be used. KeyReused: the key came with another request before.
    """
    check_key(key)
    first = store.get(session, staff_id, key) if staff_id is not None else None
    if first is None or first.created_at < now - KEPT:
        return None
    if first.request_sha256 != request_sha256:
        raise KeyReused("這個 Idempotency-Key 已用於另一個請求；請換一個新的。", field="Idempotency-Key")
    return Answer(**loads(first.body), again=True)


def once(
    session: Session, *, staff_id: int, key: str, request_sha256: str, now: datetime, do: Callable[[], Answer],
    keep: Callable[[Answer], bool],
) -> Answer:  # fmt: skip
    """Do it, or give the answer that it got the first time within a day.

    ``keep`` says whether an answer is worth keeping; one that is not leaves no trace, so a repeat is done anew.

    Raises:
        Invalid: the key cannot be used.
        KeyReused: the key came with another request before.
    """
    check_key(key)
    store.forget(session, staff_id, key, before=now - KEPT)
    if not store.claim(session, staff_id, key, request_sha256, now=now):
        first = store.get(session, staff_id, key)
        if first is None or first.request_sha256 != request_sha256:
            raise KeyReused("這個 Idempotency-Key 已用於另一個請求；請換一個新的。", field="Idempotency-Key")
        return Answer(**loads(first.body), again=True)
    answer = do()
    if keep(answer):
        kept = {name: value for name, value in asdict(answer).items() if name != "again"}
        store.answer(session, staff_id, key, status=answer.status, body=dumps(kept, ensure_ascii=False))
    else:
        store.forget(session, staff_id, key, before=None)
    return answer
