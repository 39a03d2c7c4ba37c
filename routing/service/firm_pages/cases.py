"""What somebody in a browser of a firm sees and adds: what colleagues share, each with its public conversation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.language.sensitive import hidden
from routing.domain.dialogue.placement import Reason
from routing.domain.dialogue.turn import CaseCard
from routing.domain.errors import Invalid, NotFound, StepNotAllowed
from routing.domain.files import FileState
from routing.domain.inbound import Inbound, InboundKind
from routing.domain.permissions import FIRM
from routing.service.cases import from_firm, locked_case
from routing.service.conversation import turn_context
from routing.service.conversation.reader import Reader
from routing.service.conversation.session import Conversation
from routing.service.files import links
from routing.service.files.commands import Batch
from routing.service.firm_pages.sign_in import Visitor
from routing.service.office_context import OfficeContext
from routing.store.cases import queries as case_store
from routing.store.conversation.schema import Media, Message
from routing.store.files import queries as file_store
from routing.store.firm_pages import queries as store

PAGE = 20
"""Cases of a page."""
SHOWN = 200
"""Messages of a case that are shown, the newest."""
LONGEST = 4000
"""Characters of what is added at one go."""
MOST, WITHIN = 30, timedelta(minutes=10)
"""So often a firm may add within that time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFile:
    """A file of a message. ``url``: where it is had; None: it is not here, or the firm was given no link to it."""

    name: str
    size: int | None
    url: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that firm or office wrote, by Taipei's clock. ``ours``: the office did."""

    at: datetime
    ours: bool
    text: str
    files: tuple[SentFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneCase:
    """A case with what was said in it, the oldest first; ``cut``: older words are left out."""

    card: CaseCard
    said: tuple[Said, ...]
    cut: bool


@dataclass(frozen=True, slots=True)
class Looking:
    """Who looks, at what, in which language."""

    session: Session
    office: OfficeContext
    reader: Reader
    visitor: Visitor
    language: str
    now: datetime

    def _conversation(self, number: str | None) -> Conversation:
        data = {"number": number} if number is not None else {}
        inbound = Inbound(channel=store.WEB, kind=InboundKind.POSTBACK, at=self.now, data=data)
        return Conversation(
            session=self.session, office=self.office, reader=self.reader, inbound=inbound,
            contact=self.visitor.contact, now=self.now, for_now=self.language,
        )  # fmt: skip

    def page(self, number: int) -> tuple[tuple[CaseCard, ...], bool]:
        """The cases of a page, from 1, open ones first; and whether there are more."""
        found = turn_context.cases(self._conversation(None), limit=PAGE + 1, after=(number - 1) * PAGE)
        return found[:PAGE], len(found) > PAGE

    def card(self, number: str) -> CaseCard:
        """One case as its firm sees it. Raises NotFound: there is none, or it is not shared with this firm."""
        found = turn_context.cases(self._conversation(number), number=number)
        if not found:
            raise NotFound(f"查無案件 {number[:24]}。")
        return found[0]

    def case(self, number: str, *, secret: str) -> OneCase:
        """The same with its public conversation: no notes, nothing among staff, nothing that was taken back.

        ``secret``: with which links to files are signed. Raises NotFound as ``card``.
        """
        card = self.card(number)
        row = case_store.by_number(self.session, number)
        if row is None:
            raise NotFound(f"查無案件 {number[:24]}。")
        heard = [
            one for one in case_store.messages(self.session, row.id)
            if one.direction in {"in", "out"} and one.erased_at is None
        ]  # fmt: skip
        shown = heard[-SHOWN:]
        files = file_store.of_messages(self.session, [one.id for one in shown])
        key = links.key_of(self.session, secret)
        said = tuple(self._said(one, files.get(one.id, []), key) for one in shown)
        return OneCase(card=card, said=tuple(one for one in said if one.text or one.files), cut=len(heard) > len(shown))

    def _said(self, message: Message, files: list[Media], key: bytes) -> Said:
        sent = tuple(
            SentFile(
                name=one.file_name or "", size=one.size,
                url=f"/files/{links.token(one, key)}" if self._given(one) else None,
            )
            for one in files
        )  # fmt: skip
        return Said(at=local(message.at), ours=message.direction == "out", text=message.text, files=sent)

    def _given(self, media: Media) -> bool:
        until = media.link_until
        return media.link is not None and until is not None and until > self.now and media.state == FileState.STORED

    def add(self, number: str, text: str, batch: Batch) -> bool:
        """Words and files for a case that is open; whether something was made unreadable (個人資料保護法 §6).

        Raises:
            NotFound: as ``card``. StepNotAllowed: it is closed. Invalid: nothing, too much, or too often.
        """
        card = self.card(number)
        if card.closed and not card.into:
            raise StepNotAllowed("案件已辦結。", code="firm_case_closed")
        kept, kinds = hidden(text.strip())
        if not kept and not batch.files:
            raise Invalid("請填寫內容或選擇檔案。", field="text", code="firm_words_empty")
        if len(kept) > LONGEST:
            raise Invalid(f"請在 {LONGEST} 字以內。", field="text", code="too_long")
        if store.written_since(self.session, self.visitor.contact.id, self.now - WITHIN) >= MOST:
            raise Invalid("補充次數過多，請稍候再試。", field="text", code="firm_words_often")
        locked = locked_case.change(self.session, self.office, number, FIRM, now=self.now)
        locked = from_firm.goes_on(locked)
        message = Message(
            case_id=locked.row.id, contact_id=self.visitor.contact.id, direction="in",
            kind="file" if batch.files and not kept else "text", text=kept, at=self.now, via=store.WEB,
        )  # fmt: skip
        self.session.add(message)
        self.session.flush()
        batch.for_staff(locked, message)
        from_firm.firm_message(locked, message, piece=True, placed_by=Reason.TAPPED)
        locked_case.audit(locked, "case.firm_words", message=message.id, files=len(batch.files) or None)
        return bool(kinds)
