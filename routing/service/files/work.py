"""The worker's turn with files: fetched, looked into, searched for viruses, made small for lists, deleted.

They are fetched at once, since a channel keeps them for an unstated time (LINE: trap L20). Bytes are written before the
row that speaks of them and deleted after it let go of them: whatever stops half-way leaves bytes that nobody can reach,
never a row without bytes. Such bytes are swept up a day later (``cleanup``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

import structlog
from sqlalchemy.orm import Session

from routing.domain.errors import DeliveryError, Unavailable
from routing.domain.files import PICTURES, FileRefused, FileState, Problem, Sent
from routing.ports import Content
from routing.service.files import notifications, pictures
from routing.service.files.inspection import Inspected, inspect
from routing.service.files.scanning import Scanner
from routing.service.messaging import leases
from routing.service.office_context import UnitOfWorkFactory
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Media
from routing.store.files import queries as store
from routing.store.files.storage import FileStorage, new_key
from routing.store.session import instant

_BACKOFF = (5.0, 15.0, 30.0, 120.0, 600.0, 3600.0, 3 * 3600.0, *(6 * 3600.0,) * 24)
"""Seconds between tries to fetch, for six days: a long video takes minutes to prepare, a channel may be down longer."""
_AGAIN = timedelta(seconds=30)
"""Until the next try where the place for files or the search for viruses is not to be reached."""
_TRIES = 3
"""To make a thumbnail: a picture that ends the process each time goes without."""
_DELETED_AT_ONCE = 100

log = structlog.get_logger("files")


Fetch = Callable[[str, str], Content | None]
"""A channel and a message id of it to its content; None if it is gone; raises DeliveryError if it may come later."""


@dataclass(frozen=True, slots=True)
class _Due:
    id: int
    attempt: int
    state: str
    message_id: int
    channel: str | None
    external_id: str | None
    name: str | None
    content_type: str | None
    key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWork:
    """What working on files needs: where rows are, where bytes are, how they come, who searches them."""

    units_of_work: UnitOfWorkFactory
    storage: FileStorage
    fetch: Fetch
    beats: leases.Heartbeat
    now: Callable[[], datetime]
    scanner: Scanner | None = None

    def turn(self) -> bool:
        """Do what waits longest; says whether there was anything."""
        return self._one() or self._delete()

    def _one(self) -> bool:
        due = self._take()
        if due is None:
            return False
        with self.beats.holding(lambda session, until: store.keep(session, due.id, due.attempt, until)):
            try:
                self._by_state()[due.state](due)
            except Unavailable as error:
                log.warning("file_put_off", media=due.id, code=error.code)
                self._later(due, _AGAIN)
        return True

    def _take(self) -> _Due | None:
        database = self.units_of_work.database
        with database.reading() as session:
            if store.due(session, now=instant(session)) is None:
                return None
        with database.writing() as session:
            now = instant(session)
            row = store.due(session, now=now, lock=True)
            if row is None:
                return None
            if row.state not in self._by_state():
                row.due_at = None
                return None
            row.due_at, row.attempts = now + leases.LENGTH, row.attempts + 1
            return _Due(
                row.id, row.attempts, row.state, row.message_id, row.channel, row.external_id, row.file_name,
                row.content_type, row.key,
            )  # fmt: skip

    def _by_state(self) -> dict[str, Callable[[_Due], None]]:
        """What is done with a file, by where it stands."""
        return {
            FileState.PENDING.value: self._fetch, FileState.MOVING.value: self._move,
            FileState.SEALED.value: self._move_sealed, FileState.CHECKING.value: self._check,
            FileState.STORED.value: self._make_small,
        }  # fmt: skip

    def _later(self, due: _Due, after: timedelta) -> None:
        with self.units_of_work.database.writing() as session:
            row = store.held(session, due.id, attempt=due.attempt, state=due.state)
            if row is not None:
                row.due_at = instant(session) + after

    def _fetch(self, due: _Due) -> None:
        try:
            content = self.fetch(due.channel or "", due.external_id or "")
        except DeliveryError as error:
            log.warning("file_not_fetched", media=due.id, code=error.code)
            wait = _BACKOFF[due.attempt - 1] if due.attempt <= len(_BACKOFF) else None
            if error.permanent or wait is None:
                self._refuse(due, Problem.TOO_LARGE if error.code == "too_large" else Problem.GONE)
            else:
                self._later(due, timedelta(seconds=wait))
            return
        if content is None:
            self._refuse(due, Problem.GONE)
            return
        self._take_in(due, content)

    def _take_in(self, due: _Due, content: Content) -> None:
        voice = content.content_type.startswith("audio/")
        try:
            found = inspect(Sent(content.body, due.name), voice=voice)
        except FileRefused as error:
            log.info("file_refused", media=due.id, problem=error.problem)
            self._refuse(due, error.problem)
            return
        key = new_key()
        self.storage.put(key, content.body)
        if not self._record(due, key, found, content.body):
            self.storage.delete(key)

    def _record(self, due: _Due, key: str, found: Inspected, body: bytes) -> bool:
        with self.units_of_work.database.writing() as session:
            row = store.held(session, due.id, attempt=due.attempt, state=due.state)
            if row is None:
                return False
            row.key, row.content_type, row.size = key, found.content_type, len(body)
            row.sha256, row.file_name, row.content = sha256(body).hexdigest(), found.name, None
            row.state = FileState.CHECKING.value
            store.put_to_work(session, row)
        return True

    def _check(self, due: _Due) -> None:
        if self.scanner is not None:
            content = self.storage.get(due.key or "")
            if content is None:
                self._not_there(due)
                return
            virus = self.scanner.search(content)
            if virus is not None:
                log.warning("virus_found", media=due.id, virus=virus)
                self._refuse(due, Problem.VIRUS)
                return
        with self.units_of_work.database.writing() as session:
            row = store.held(session, due.id, attempt=due.attempt, state=due.state)
            if row is None:
                return
            row.state, row.due_at = FileState.STORED.value, None
            if row.content_type in PICTURES:
                store.put_to_work(session, row)

    def _not_there(self, due: _Due) -> None:
        """Bytes that are not in their place: a drive that is not mounted is empty, too, so not for good at once."""
        if due.attempt <= len(_BACKOFF):
            log.warning("file_not_in_its_place", media=due.id)
            self._later(due, timedelta(seconds=_BACKOFF[due.attempt - 1]))
        else:
            self._refuse(due, Problem.BROKEN)

    def _make_small(self, due: _Due) -> None:
        key = None
        if due.content_type in PICTURES and due.attempt <= _TRIES:
            content = self.storage.get(due.key or "")
            if content is None:
                self._not_there(due)
                return
            small = pictures.thumbnail(content, due.content_type)
            if small is not None:
                key = new_key()
                self.storage.put(key, small)
        with self.units_of_work.database.writing() as session:
            row = store.held(session, due.id, attempt=due.attempt, state=due.state)
            if row is None:
                store.discard(session, [key])
            else:
                row.due_at, row.thumbnail = None, key

    def _move(self, due: _Due) -> None:
        """Bytes that the database still holds, to their place, by way of the same checks as new ones."""
        with self.units_of_work.database.reading() as session:
            row = store.with_content(session, due.id)
            body = row.content if row is not None else None
        self._take_in(due, Content(body or b"", due.content_type or ""))

    def _move_sealed(self, due: _Due) -> None:
        """Bytes that were sealed together with the words, to their place; nobody sees them there either."""
        with self.units_of_work.database.reading() as session:
            held = conversation_store.sealed(session, due.message_id) or {}
        body = held.pop("file", None)
        key = due.key
        if body is not None:
            key = new_key()
            self.storage.put(key, body)
        with self.units_of_work.database.writing() as session:
            row = store.held(session, due.id, attempt=due.attempt, state=due.state)
            if row is None:
                store.discard(session, [key if body is not None else None])
                return
            row.due_at, row.key = None, key
            row.state = (FileState.SEALED if key else FileState.ERASED).value
            if body is not None:
                row.sha256, row.size = sha256(body).hexdigest(), len(body)
                conversation_store.seal_again(session, due.message_id, held)

    def _refuse(self, due: _Due, problem: Problem) -> None:
        """Keep why a file is not kept, and tell the firm; staff see it in the case."""
        with self.units_of_work.writing() as (session, office):
            row = store.held(session, due.id, attempt=due.attempt, state=due.state)
            if row is not None:
                _let_go(session, row, problem)
                notifications.tell_firm(session, office, row, problem, now=self.now())

    def _delete(self) -> bool:
        """Take away bytes that are to go; says whether there were any."""
        database = self.units_of_work.database
        with database.reading() as session:
            keys = store.discarded(session, now=instant(session), limit=_DELETED_AT_ONCE)
        if not keys:
            return False
        gone: list[str] = []
        with suppress(Unavailable):
            for key in keys:
                self.storage.delete(key)
                gone.append(key)
        with database.writing() as session:
            store.deleted(session, gone)
            store.put_off(session, keys[len(gone) :], instant(session) + _AGAIN)
        return True


def _let_go(session: Session, row: Media, problem: Problem) -> None:
    store.discard(session, [row.key, row.thumbnail])
    gone = problem in {Problem.GONE, Problem.ELSEWHERE}
    row.state = (FileState.GONE if gone else FileState.REFUSED).value
    row.problem, row.due_at = problem.value, None
    row.key = row.thumbnail = row.content = row.link = row.link_until = None
