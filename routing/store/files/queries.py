"""Queries on files: the work that waits, those of a case, and what is to be taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, or_, select, update
from sqlalchemy.orm import Session, undefer

from routing.domain.files import FileState
from routing.store.cases.schema import Case
from routing.store.conversation.schema import Contact, Media, Message
from routing.store.files.schema import Discarded
from routing.store.session import announce, changed, insert_ignoring, instant

TOPIC = "files"
"""Topic of work: files to be fetched, checked, made small or taken away."""

_OVER = (FileState.ERASED.value, FileState.SEALED.value)


def put_to_work(session: Session, media: Media) -> None:
    """There is work on a file now."""
    media.due_at = instant(session)
    media.attempts = 0
    announce(session, TOPIC)


def due(session: Session, *, now: datetime, lock: bool = False) -> Media | None:
    """The file on which work waits longest; ``lock``: that nobody else is taking at this moment, held for writing."""
    query = select(Media).where(Media.due_at <= now).order_by(Media.due_at, Media.id).limit(1)
    return session.scalars(query.with_for_update(skip_locked=True) if lock else query).one_or_none()


def keep(session: Session, media_id: int, attempt: int, until: datetime) -> None:
    """Hold on to a file that is being worked on, unless it was finished or taken over since."""
    mine = Media.id == media_id, Media.attempts == attempt, Media.due_at.is_not(None)
    changed(session, update(Media).where(*mine).values(due_at=until))


def held(session: Session, media_id: int, *, attempt: int, state: str) -> Media | None:
    """The file that is being worked on, for writing; None if it changed meanwhile."""
    query = select(Media).where(Media.id == media_id, Media.attempts == attempt, Media.state == state)
    return session.scalars(query.with_for_update()).one_or_none()


def with_content(session: Session, media_id: int) -> Media | None:
    """A file with the bytes that the database still holds of it, if it does."""
    query = select(Media).where(Media.id == media_id).options(undefer(Media.content))
    return session.scalars(query).one_or_none()


def by_id(session: Session, media_id: int) -> Media | None:
    """One file."""
    return session.get(Media, media_id)


def of_messages(session: Session, message_ids: Iterable[int]) -> dict[int, list[Media]]:
    """The files of some messages, by message, in the order in which they came."""
    ids = set(message_ids)
    found: dict[int, list[Media]] = {}
    if ids:
        for media in session.scalars(select(Media).where(Media.message_id.in_(ids)).order_by(Media.id)):
            found.setdefault(media.message_id, []).append(media)
    return found


def of_case(session: Session, media_id: int) -> tuple[Media, Message, str] | None:
    """A file, its message, and the number of its case; None if it belongs to no case."""
    query = (
        select(Media, Message, Case.number)
        .join(Message, Message.id == Media.message_id)
        .join(Case, Case.id == Message.case_id)
        .where(Media.id == media_id)
    )
    row = session.execute(query).one_or_none()
    return (row[0], row[1], row[2]) if row else None


def listing(
    session: Session, case_id: int, *, before_id: int | None, limit: int, messages: Sequence[int] | None = None
) -> list[tuple[Media, Message]]:
    """The files of a case, newest first; ``messages``: of these alone."""
    query = (
        select(Media, Message)
        .join(Message, Message.id == Media.message_id)
        .where(Message.case_id == case_id, Message.erased_at.is_(None), Media.state.not_in(_OVER))
        .order_by(Media.id.desc())
        .limit(limit)
    )
    if before_id is not None:
        query = query.where(Media.id < before_id)
    if messages is not None:
        query = query.where(Message.id.in_(messages))
    return [(row[0], row[1]) for row in session.execute(query)]


def forget(session: Session, message_id: int) -> None:
    """Take away the files of a message that is erased; one that was sealed keeps its bytes and loses its thumbnail."""
    for media in session.scalars(select(Media).where(Media.message_id == message_id)):
        take_away(session, media)


def take_away(session: Session, media: Media) -> None:
    """Let go of a file; its bytes go after the transaction. A sealed one keeps them."""
    sealed = media.state == FileState.SEALED
    discard(session, [media.thumbnail] if sealed else [media.key, media.thumbnail])
    media.thumbnail = media.file_name = media.link = media.link_until = None
    if not sealed:
        media.due_at = media.key = media.size = media.sha256 = media.content = media.problem = None
        media.state = FileState.ERASED.value


def discard(session: Session, keys: Iterable[str | None]) -> None:
    """Have bytes deleted once this transaction is committed."""
    for key in keys:
        if key is not None:
            row = {"key": key, "due_at": instant(session)}
            insert_ignoring(session, Discarded, row, key=("key",))
            announce(session, TOPIC)


def discarded(session: Session, *, now: datetime, limit: int) -> list[str]:
    """Keys whose bytes are to be deleted."""
    query = select(Discarded.key).where(Discarded.due_at <= now).order_by(Discarded.due_at).limit(limit)
    return list(session.scalars(query))


def deleted(session: Session, keys: Iterable[str]) -> None:
    """Their bytes are gone."""
    changed(session, delete(Discarded).where(Discarded.key.in_(list(keys))))


def put_off(session: Session, keys: Iterable[str], until: datetime) -> None:
    """Their bytes could not be deleted; try again later."""
    changed(session, update(Discarded).where(Discarded.key.in_(list(keys))).values(due_at=until))


def known(session: Session, keys: Sequence[str]) -> set[str]:
    """Which of these keys a row speaks of."""
    speaks = select(Media.key, Media.thumbnail).where(or_(Media.key.in_(keys), Media.thumbnail.in_(keys)))
    found = {key for row in session.execute(speaks) for key in row if key is not None}
    return found | set(session.scalars(select(Discarded.key).where(Discarded.key.in_(keys))))


def unclaimed_before(instant_: datetime) -> tuple[ColumnElement[bool], ...]:
    """Files of no case, sent before an instant."""
    loose = select(Message.id).where(Message.case_id.is_(None), Message.at < instant_)
    return Media.message_id.in_(loose), Media.state.not_in(_OVER)


def unclaimed(session: Session, before: datetime, *, after_id: int, limit: int) -> list[tuple[Media, Contact | None]]:
    """Files of no case that came before an instant, with who sent them, in the order of their rows."""
    query = (
        select(Media, Contact)
        .join(Message, Message.id == Media.message_id)
        .outerjoin(Contact, Contact.id == Message.contact_id)
        .where(*unclaimed_before(before), Media.id > after_id)
        .order_by(Media.id)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a row says of bytes: where they lie, what they are, and of which case; ``sha256``: none was taken yet."""

    media_id: int
    key: str
    sha256: str | None
    thumbnail: str | None
    case: str | None


def spoken(session: Session, *, after_id: int, limit: int) -> list[Spoken]:
    """Rows that speak of bytes, in their order."""
    query = (
        select(Media.id, Media.key, Media.sha256, Media.thumbnail, Case.number)
        .join(Message, Message.id == Media.message_id)
        .outerjoin(Case, Case.id == Message.case_id)
        .where(Media.key.is_not(None), Media.id > after_id)
        .order_by(Media.id)
        .limit(limit)
    )
    return [Spoken(row[0], row[1] or "", row[2], row[3], row[4]) for row in session.execute(query)]


def still_spoken(session: Session, one: Spoken) -> bool:
    """Whether the row still speaks of these bytes."""
    return session.scalars(select(Media.key).where(Media.id == one.media_id)).one_or_none() == one.key


def fingerprint(session: Session, one: Spoken, sha256: str) -> None:
    """What the bytes of a row are, where that was never taken."""
    changed(session, update(Media).where(Media.id == one.media_id, Media.key == one.key).values(sha256=sha256))


def fingerprints(connection: Connection) -> list[str]:
    """What all bytes are that rows speak of."""
    query = select(Media.sha256).where(Media.key.is_not(None), Media.sha256.is_not(None)).distinct()
    return list(connection.scalars(query.order_by(Media.sha256)))


def make_small_again(session: Session, media_id: int) -> None:
    """The small picture of a file is gone; it is made anew."""
    row = session.get(Media, media_id)
    if row is not None:
        row.thumbnail = None
        put_to_work(session, row)
