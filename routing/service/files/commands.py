"""Files of messages: expected from a channel, put there by staff, given to the firm by links that can be taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from routing.domain.case import EventKind
from routing.domain.errors import Invalid, NotFound, Unavailable
from routing.domain.files import MOST_AT_ONCE, MOST_BYTES, PICTURES, FileRefused, FileState, FileTooLarge, Problem, Sent
from routing.domain.inbound import Inbound
from routing.domain.permissions import require_team
from routing.service.cases import locked_case, notifications
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Attached, Notifier
from routing.service.files import links
from routing.service.files.inspection import Inspected, inspect
from routing.service.files.queries import file_json
from routing.service.files.scanning import Scanner, ScannerDown
from routing.store.conversation.schema import Media, Message
from routing.store.files import queries as store
from routing.store.files.storage import FileStorage, new_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A file that was looked into and written, and of which no row speaks yet. ``checked``: no virus was found."""

    found: Inspected
    key: str
    size: int
    sha256: str
    checked: bool


@dataclass(slots=True)
class Batch:
    """Files made ready for one step. ``secret``: with which links to them are signed. ``kept``: rows speak of them."""

    files: list[Prepared]
    secret: str
    kept: bool = False

    def with_links(self, locked: LockedCase, message: Message) -> list[Attached]:
        """For a step that writes to the firm: puts the files to its message and gives the firm links to them."""
        rows = self._put(locked, message, to_firm=True)
        return give(locked, rows, secret=self.secret) if rows else []

    def for_staff(self, locked: LockedCase, message: Message) -> list[Attached]:
        """For a step that the firm does not read: puts the files to its message."""
        self._put(locked, message, to_firm=False)
        return []

    def _put(self, locked: LockedCase, message: Message, *, to_firm: bool) -> list[Media]:
        rows = attach(locked.session, message, self.files)
        self.kept = True
        if rows:
            _audit(locked, "case.file", rows, to_firm=to_firm)
        return rows


@contextmanager
def prepared(sent: Sequence[Sent], storage: FileStorage, scanner: Scanner | None, *, secret: str) -> Iterator[Batch]:
    """Files made ready to be attached, before the transaction that does it; taken away again if it does not.

    Raises:
        FileTooLarge, FileRefused: one of them is not taken; none is kept then. Unavailable: there is no place for them.
    """
    if len(sent) > MOST_AT_ONCE:
        raise Invalid(f"一次最多 {MOST_AT_ONCE} 個檔案。", field="file")
    batch, done = Batch([], secret), False
    try:
        for one in sent:
            batch.files.append(_prepare(one, storage, scanner))
        yield batch
        done = batch.kept
    finally:
        for file in () if done else batch.files:
            with suppress(Unavailable):
                storage.delete(file.key)


def _prepare(sent: Sent, storage: FileStorage, scanner: Scanner | None) -> Prepared:
    try:
        found = inspect(sent)
    except FileTooLarge:
        raise FileTooLarge(sent.name) from None
    except FileRefused as error:
        raise FileRefused(error.problem, sent.name) from None
    checked = scanner is None
    if scanner is not None:
        with suppress(ScannerDown):
            if scanner.search(sent.body) is not None:
                raise FileRefused(Problem.VIRUS, sent.name)
            checked = True
    key = new_key()
    storage.put(key, sent.body)
    return Prepared(found=found, key=key, size=len(sent.body), sha256=sha256(sent.body).hexdigest(), checked=checked)


def expect(session: Session, message: Message, inbound: Inbound) -> Problem | None:
    """A file that a channel announced: it is fetched at once. Gives why it will not be, if that is plain already."""
    problem = None
    if inbound.elsewhere:
        problem = Problem.ELSEWHERE
    elif inbound.size is not None and inbound.size > MOST_BYTES:
        problem = Problem.TOO_LARGE
    states = {None: FileState.PENDING, Problem.ELSEWHERE: FileState.GONE, Problem.TOO_LARGE: FileState.REFUSED}
    media = Media(
        message_id=message.id, channel=message.channel, external_id=inbound.message_id,
        file_name=inbound.file_name, size=inbound.size,
        state=states[problem].value, problem=problem.value if problem else None,
    )  # fmt: skip
    session.add(media)
    if problem is None:
        store.put_to_work(session, media)
    return problem


def attach(session: Session, message: Message, files: Iterable[Prepared]) -> list[Media]:
    """Write the rows of files that belong to a message."""
    rows = []
    for file in files:
        row = Media(
            message_id=message.id, file_name=file.found.name, content_type=file.found.content_type, size=file.size,
            sha256=file.sha256, key=file.key, attempts=0,
            state=(FileState.STORED if file.checked else FileState.CHECKING).value,
        )  # fmt: skip
        session.add(row)
        if not file.checked or file.found.content_type in PICTURES:
            store.put_to_work(session, row)
        rows.append(row)
    session.flush()
    return rows


def add(locked: LockedCase, batch: Batch, *, to_firm: bool, notify: Notifier) -> list[dict[str, Any]]:
    """Put files into a case; ``to_firm``: and send the firm a link to each, good for a week.

    Files are no answer by themselves: the case's clocks and state stay as they are.

    Raises:
        Invalid: there are none, or the firm is to have them and no channel reaches it.
        Forbidden: partners send nothing.
    """
    if not batch.files:
        raise Invalid("請選擇檔案。", field="file")
    if to_firm:
        require_team(locked.actor)
        locked_case.check_reach(locked, "to_firm", channel=_channel(locked))
    names = "、".join(file.found.name for file in batch.files)
    message = Message(
        case_id=locked.row.id, contact_id=locked.row.contact_id, direction="out" if to_firm else "note", kind="file",
        text=f"附件：{names}", at=locked.now, by=locked.actor.email, via=_channel(locked),
    )  # fmt: skip
    locked.session.add(message)
    locked.session.flush()
    given = batch.with_links(locked, message) if to_firm else batch.for_staff(locked, message)
    locked.record(EventKind.NOTE, message_id=message.id, files="firm" if to_firm else "staff")
    if to_firm:
        notify(locked, "file_sent", notifications.files_sent(locked, given))
    rows = store.of_messages(locked.session, [message.id])[message.id]
    return [file_json(row, message, locked.row.number) for row in rows]


def _channel(locked: LockedCase) -> str:
    """By which channel the firm is sent something; the case's own where it has no address."""
    address = locked.address()
    return address.channel if address is not None else locked.row.channel


def give(locked: LockedCase, rows: Iterable[Media], *, secret: str) -> list[Attached]:
    """Grant the firm links to files; gives them as notices show them."""
    key, given = links.key_of(locked.session, secret, make=True), []
    for row in rows:
        until = links.grant(row, now=locked.now)
        url = f"{locked.office.base_url}/files/{links.token(row, key)}"
        seen = row.content_type if row.state == FileState.STORED and row.content_type in PICTURES else None
        given.append(Attached(name=row.file_name or "", size=row.size, url=url, until=until, picture=seen))
    return given


def send_again(locked: LockedCase, media_id: int, *, secret: str, notify: Notifier) -> dict[str, Any]:
    """Send the firm a new link to a file of its case, whoever put it there.

    Raises:
        NotFound: there is no such file in this case, or none to be shown. Invalid: no channel reaches the firm.
    """
    require_team(locked.actor)
    row, message = _own(locked, media_id)
    locked_case.check_reach(locked, "to_firm", channel=_channel(locked))
    links.take_back(row)
    notify(locked, "file_sent", notifications.files_sent(locked, give(locked, [row], secret=secret)))
    _audit(locked, "case.file_link", [row])
    return file_json(row, message, locked.row.number)


def take_link_back(locked: LockedCase, media_id: int) -> dict[str, Any]:
    """No link that the firm has to a file is good any more; the file stays in the case.

    Raises:
        NotFound: there is no such file in this case. Forbidden: partners give and take nothing.
    """
    require_team(locked.actor)
    row, message = _own(locked, media_id)
    links.take_back(row)
    _audit(locked, "case.file_link_back", [row])
    return file_json(row, message, locked.row.number)


def _own(locked: LockedCase, media_id: int) -> tuple[Media, Message]:
    found = store.of_case(locked.session, media_id)
    if found is None or found[2] != locked.row.number or found[1].erased_at is not None:
        raise NotFound("本案查無這個檔案。")
    if found[0].state not in {FileState.STORED, FileState.CHECKING}:
        raise NotFound("這個檔案目前無法提供。")
    return found[0], found[1]


def _audit(locked: LockedCase, action: str, rows: Iterable[Media], *, to_firm: bool | None = None) -> None:
    locked_case.audit(locked, action, files=[row.id for row in rows], to_firm=to_firm)
