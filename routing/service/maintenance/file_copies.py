"""Copies of files beside the copies of the database: each content once, by its fingerprint, new ones alone each time.

A content stays there as long as a copy of the database in the same folder, or the database itself, speaks of it. What
was erased is gone from here with the last copy that still knows of it, and no later.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from json import dumps, loads
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from routing.domain.errors import Invalid
from routing.service.maintenance import backups
from routing.store.files import queries as store
from routing.store.files.queries import Spoken
from routing.store.files.storage import FileStorage, FolderStorage
from routing.store.maintenance import meta as meta_store
from routing.store.session import Database

FOLDER = "attachments"
"""Its name beside a copy of the database, unless another folder is named."""
NAMES = "onestop-*.backup"
"""Copies that are made every night, and go when they are old; those of other names stay until somebody removes them."""
_LATE = timedelta(days=2)
_KEY = "copied"
_AT_ONCE = 500

log = structlog.get_logger("backup")


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy of the files holds.

    ``added``: new this time; ``missing``: rows whose bytes are nowhere; ``harmed``: whose bytes are not what they were.
    """

    files: int
    bytes: int
    added: int
    missing: int
    harmed: int


@dataclass(frozen=True, slots=True)
class Lost:
    """A file whose bytes are not there, or not those that they were."""

    media_id: int
    case: str | None
    sha256: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """Files that rows speak of, how many of them were put back, and those that are lost."""

    files: int
    put: int
    lost: tuple[Lost, ...]


@contextmanager
def alone(folder: Path, files: FileStorage) -> Iterator[FolderStorage]:
    """The folder of copies, for this process alone; it is made if need be, and nobody else reads it.

    Raises:
        Invalid: it is the place of the files themselves.
    """
    if isinstance(files, FolderStorage) and files.folder.resolve() == folder.resolve():
        raise Invalid("附件的備份資料夾不得是附件本身的資料夾。", code="copy_onto_itself", field="files")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(folder / ".lock", os.O_WRONLY | os.O_CREAT, 0o600), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield FolderStorage(folder)


def fingerprint(database: Database, files: FileStorage) -> None:
    """Take the fingerprints of bytes that have none yet, of files that the database once held. Raises Unavailable."""
    for one in _rows(database):
        if one.sha256 is None and (content := files.get(one.key)) is not None:
            with database.writing() as session:
                store.fingerprint(session, one, sha256(content).hexdigest())


def copy(database: Database, files: FileStorage, copies: FolderStorage) -> Copied:
    """Copy what is not there yet. Raises Unavailable: the place of the files, or of the copies, cannot be used."""
    held = {one.key: one.size for one in copies.everything()}
    seen: set[str] = set()
    added = missing = harmed = 0
    for one in _rows(database):
        if one.sha256 is not None and _place(one.sha256) in held:
            seen.add(_place(one.sha256))
            continue
        content = files.get(one.key)
        found = sha256(content).hexdigest() if content is not None else None
        if found is None or found != one.sha256:
            with database.reading() as session:
                known = store.still_spoken(session, one)
            # Erased while we were looking, or another is at work on it: no loss.
            missing += known and content is None
            harmed += known and content is not None
            if known:
                log.warning("file_lost", media=one.media_id, case=one.case)
            continue
        place = _place(found)
        copies.put(place, content or b"")
        held[place] = len(content or b"")
        seen.add(place)
        added += 1
    return Copied(
        files=len(seen), bytes=sum(held[place] for place in seen), added=added, missing=missing, harmed=harmed
    )


def prune(database: Database, copies: FolderStorage, beside: Path) -> int:
    """Delete contents that neither the database nor a copy of it in this folder speaks of; says how many.

    Raises:
        OSError: a file there cannot be read, so that nobody knows what it speaks of; nothing is deleted then.
    """
    needed = {_place(one.sha256) for one in _rows(database) if one.sha256 is not None}
    for path in beside.iterdir():
        if path.is_file() and path.suffix != ".part":
            needed.update(_place(one) for one in backups.files_of(path) or ())
    gone = [one.key for one in copies.everything() if one.key not in needed]
    for key in gone:
        copies.delete(key)
    return len(gone)


def remove_old(beside: Path, days: int, *, now: datetime) -> int:
    """Delete nightly copies of the database that are older than so many days, half-written ones too; says how many."""
    before = (now - timedelta(days=days)).timestamp()
    found = [path for name in (NAMES, f"{NAMES}.part") for path in beside.glob(name)]
    old = [path for path in found if path.is_file() and path.stat().st_mtime < before]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def look(database: Database, files: FileStorage, *, copies: FolderStorage | None = None) -> Looked:
    """Whether every row's bytes are there and are what they were, in their place, or among the copies if given."""
    every, lost = 0, []
    for one in _rows(database):
        every += 1
        content = files.get(one.key) if copies is None else _copied(copies, one)
        if not _fits(one, content):
            lost.append(Lost(one.media_id, one.case, one.sha256))
    return Looked(files=every, put=0, lost=tuple(lost))


def put_back(database: Database, files: FileStorage, copies: FolderStorage) -> Looked:
    """Put back what is not in its place or not what it was. Small pictures are not copied; the worker makes them anew.

    Raises:
        Unavailable: the place of the files cannot be used.
    """
    there = {one.key for one in files.everything()}
    every = put = 0
    lost = []
    for one in _rows(database):
        every += 1
        if not (one.key in there and _fits(one, files.get(one.key))):
            content = _copied(copies, one)
            if content is None or not _fits(one, content):
                lost.append(Lost(one.media_id, one.case, one.sha256))
                continue
            files.put(one.key, content)
            put += 1
        if one.thumbnail is not None and one.thumbnail not in there:
            with database.writing() as session:
                store.make_small_again(session, one.media_id)
    return Looked(files=every, put=put, lost=tuple(lost))


def _copied(copies: FolderStorage, one: Spoken) -> bytes | None:
    return copies.get(_place(one.sha256)) if one.sha256 is not None else None


def _fits(one: Spoken, content: bytes | None) -> bool:
    return content is not None and one.sha256 in {None, sha256(content).hexdigest()}


def _place(fingerprint: str) -> str:
    return f"{fingerprint[:2]}/{fingerprint}"


def _rows(database: Database) -> Iterator[Spoken]:
    """Every row that speaks of bytes, without a transaction that lasts."""
    after = 0
    while True:
        with database.reading() as session:
            some = store.spoken(session, after_id=after, limit=_AT_ONCE)
        yield from some
        if len(some) < _AT_ONCE:
            return
        after = some[-1].media_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    """The last copy; ``files``: None if the files were left out on purpose, the bucket keeping versions of its own."""

    at: datetime
    rows: int
    files: Copied | None
    late: bool

    @property
    def presses(self) -> bool:
        """Whether somebody has to see to it."""
        return self.late or (self.files is not None and self.files.missing + self.files.harmed > 0)


def note(session: Session, rows: int, files: Copied | None, *, now: datetime) -> None:
    """Note down that a copy was made, for the page that shows how things are."""
    found = [files.files, files.bytes, files.added, files.missing, files.harmed] if files is not None else None
    meta_store.put(session, _KEY, dumps([now.isoformat(), rows, found]))


def last(session: Session, *, now: datetime) -> Last | None:
    """The last copy that ``onestop backup`` made; None if it never did: who copies otherwise is not told to."""
    kept = meta_store.read(session, _KEY)
    if kept is None:
        return None
    at, rows, found = loads(kept)
    names = ("files", "bytes", "added", "missing", "harmed")
    made = datetime.fromisoformat(at)
    files = Copied(**dict(zip(names, found, strict=True))) if found is not None else None
    return Last(at=made, rows=rows, files=files, late=now - made > _LATE)
