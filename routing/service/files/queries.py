"""Reading files: who may, which there are, what the firm's link opens. A file is as visible as the message it is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from routing.domain.case import Case, Outcome
from routing.domain.errors import Gone, NotFound
from routing.domain.files import SAID, FileState, Problem
from routing.domain.pagination import Page, before_of, page_of
from routing.domain.permissions import Actor, Permission, question_to, require_team
from routing.service.cases.locked_case import find, seen
from routing.service.files import links
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Media, Message
from routing.store.files import queries as store
from routing.store.files.storage import FileStorage

_NONE = "查無這個檔案；可能尚未下載或檢查完成、廠商已收回，或已依保存期限刪除。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A file with its bytes."""

    media_id: int
    number: str
    name: str
    content_type: str
    body: bytes


def file_of(
    session: Session, storage: FileStorage, actor: Actor, media_id: int, *, number: str | None = None,
    small: bool = False,
) -> Opened:  # fmt: skip
    """A file of a case, with its content; with ``number``, one of that case; ``small``: its thumbnail.

    Raises:
        NotFound: there is none, it is not here yet, it was taken back, or its case is hidden from this person; all
            sound alike, or an id that is tried would tell which case it belongs to. Partners read what was put to the
            question that waits for their answer, and what they put there themselves.
    """
    found = store.of_case(session, media_id)
    if found is None or number not in {None, found[2]}:
        raise NotFound(_NONE)
    media, message, of_case = found
    case = seen(session, of_case, actor)
    if case is None or not _may(actor, case[1], message):
        raise NotFound(_NONE)
    return _open(storage, media, message, of_case, small=small)


def _open(storage: FileStorage, media: Media, message: Message, number: str, *, small: bool) -> Opened:
    key = media.thumbnail if small else media.key
    if media.state != FileState.STORED or message.erased_at is not None or key is None:
        raise NotFound(_NONE)
    body = storage.get(key)
    if body is None:
        raise NotFound(_NONE)
    kind = "image/jpeg" if small else media.content_type or "application/octet-stream"
    return Opened(media_id=media.id, number=number, name=media.file_name or "file", content_type=kind, body=body)


def _may(actor: Actor, case: Case, message: Message) -> bool:
    if not actor.may(Permission.ANSWER_QUESTIONS):
        return actor.may(Permission.DESK)
    asked = question_to(actor, case)
    if asked is None:
        return False
    own = message.by == actor.email and message.at >= asked.start
    return own or message.id == asked.message_id


def listing(
    session: Session, actor: Actor, number: str, *, limit: int, cursor: str | None
) -> Page[tuple[Media, Message]]:
    """A page of the files of a case that this person may see, newest first.

    Raises:
        NotFound: there is no such case, or it is hidden. Invalid: the cursor is none of ours.
    """
    before = before_of(limit, cursor)
    row, case = find(session, number, actor)
    messages = None
    if actor.may(Permission.ANSWER_QUESTIONS):
        messages = visible_messages(session, actor, row.id, case)
    rows = store.listing(session, row.id, before_id=before, limit=limit + 1, messages=messages)
    return page_of(rows, limit, lambda found: found[0].id)


def page(session: Session, actor: Actor, number: str, *, limit: int, cursor: str | None) -> Page[dict[str, Any]]:
    """The same as programs read it."""
    found = listing(session, actor, number, limit=limit, cursor=cursor)
    return found.of([file_json(media, message, number) for media, message in found.items])


def number_of(session: Session, actor: Actor, media_id: int) -> str:
    """The number of the case that a file is of, for who may change it.

    Raises:
        Forbidden: the person is a partner. NotFound: there is no such file, or it is hidden from this person.
    """
    require_team(actor)
    found = store.of_case(session, media_id)
    case = seen(session, found[2], actor) if found is not None else None
    if found is None or case is None or not _may(actor, case[1], found[1]):
        raise NotFound(_NONE)
    return found[2]


def visible_messages(session: Session, actor: Actor, case_id: int, case: Case) -> list[int]:
    """Of which messages a partner may see the files."""
    return [one.id for one in case_store.messages(session, case_id) if _may(actor, case, one)]


def file_json(media: Media, message: Message, number: str) -> dict[str, Any]:
    """A file as programs read it; ``state`` says whether its bytes can be had."""
    stored = media.state == FileState.STORED
    url = f"/api/v1/files/{media.id}"
    return {
        "id": media.id,
        "number": number,
        "name": media.file_name,
        "type": media.content_type,
        "size": media.size,
        "sha256": media.sha256,
        "state": media.state,
        "problem": problem_of(media),
        "url": url if stored else None,
        "thumbnail_url": f"{url}/thumbnail" if stored and media.thumbnail else None,
        "direction": message.direction,
        "by": message.by,
        "at": message.at,
        "to_firm": media.link is not None,
        "link_until": media.link_until,
    }


def problem_of(media: Media) -> str | None:
    """Why a file is not kept, in words for staff; None if it is."""
    if media.problem is None:
        return SAID[Problem.GONE] if media.state == FileState.GONE else None
    return SAID[Problem(media.problem)]


def by_link(
    session: Session, storage: FileStorage, text: str, *, secret: str, now: datetime, small: bool = False
) -> Opened:
    """The file that a firm's link opens; ``small``: its thumbnail, if there is one.

    Raises:
        NotFound: it is no link of ours. Gone: its time is over, or the link, the file or the case was taken back.
    """
    media_id, until, signature = links.read(text)
    found = store.of_case(session, media_id)
    key = links.key_of(session, secret)
    if found is None or not links.fits(found[0], until, signature, key):
        raise NotFound("連結不正確或已停止提供；請從聊天室重新開啟，或請承辦人重新傳送。")
    media, message, number = found
    row = case_store.by_number(session, number)
    if now >= until or message.erased_at is not None or row is None or row.outcome == Outcome.WITHDRAWN:
        raise Gone("連結已逾期或已停止提供；請在聊天室請承辦人重新傳送。", code="link_expired")
    # A picture is sent before the worker has made it small; until then it stands for itself.
    return _open(storage, media, message, number, small=small and media.thumbnail is not None)
