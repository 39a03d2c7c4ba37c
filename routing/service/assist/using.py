"""What becomes of a draft: an officer reads it, discards it, or takes it into a form, changes it and sends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from routing.domain import drafts
from routing.domain.assist.outputs import UNPROVEN, Sentence, State, Use, as_text
from routing.domain.assist.switch import Endpoint
from routing.domain.drafts import Part
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.permissions import Actor, Permission, may_write, require_team
from routing.service.assist import switch
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.store.accounts import queries as account_store
from routing.store.assist import queries as store
from routing.store.assist.schema import AssistOutput
from routing.store.cases.schema import Case as CaseRow
from routing.store.conversation import queries as conversation_store

_SENT = frozenset({Use.REPLY, Use.TRANSLATION})


@dataclass(frozen=True, slots=True)
class Output:
    """What a model was asked and answered, as people read it. ``words``: whether this person may read them now."""

    row: AssistOutput
    words: bool

    @property
    def result(self) -> Mapping[str, Any]:
        """The answer as it was kept; empty where there is none, or not for this person."""
        return (self.row.result or {}) if self.words else {}

    @property
    def sentences(self) -> list[Sentence]:
        """Of a reply or a summary."""
        return [
            Sentence(one["text"], tuple(one["sources"]), tuple((kind, word) for kind, word in one["gaps"]))
            for one in self.result.get("sentences", ())
        ]

    @property
    def sources(self) -> Mapping[str, str]:
        """The sources that were sent: id and what it is."""
        found: Mapping[str, str] = self.result.get("sources", {})
        return found

    @property
    def text(self) -> str:
        """As it is taken into a form: sentences without a proven source say so."""
        return str(self.result.get("text", "")) or as_text(self.sentences)

    @property
    def prompt(self) -> str:
        """All that went out."""
        return self.row.prompt if self.words else ""


def of_case(session: Session, actor: Actor, number: str, *, endpoint: Endpoint | None) -> list[Output]:
    """What was drafted in a case, the newest first.

    Raises:
        NotFound: the case is missing or hidden. Forbidden: the person is a partner, or may not write the case.
    """
    require_team(actor)
    row, case = locked_case.find(session, number, actor)
    if not may_write(actor, case):
        raise Forbidden("本案由其他單位辦理；請洽該單位承辦人，或請主管改分。")
    on = switch.state(session, endpoint).on
    return [Output(one, _may_read(actor, one, on=on)) for one in store.of_case(session, row.id)]


@dataclass(frozen=True, slots=True)
class Used:
    """A message of a case that began as a draft: its row, and what the officer changed."""

    row: AssistOutput
    changes: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPage:
    """What the page of a case shows. ``outputs``: this person's that wait, one of each use; ``used``: by message."""

    on: bool
    outputs: Sequence[Output]
    used: Mapping[int, Used]
    any: bool
    """Whether anything was ever drafted in this case."""


def on_page(session: Session, actor: Actor, row: CaseRow, *, endpoint: Endpoint | None) -> OnPage:
    """The same for the page of a case that this person may see."""
    rows = store.of_case(session, row.id)
    on = endpoint is not None and switch.state(session, endpoint).on and not row.confidential
    waiting: dict[str, AssistOutput] = {}
    for one in rows if on else ():
        if one.by == actor.email and one.state == State.READY and one.result:
            waiting.setdefault(one.use, one)
    shown = [Output(waiting[use], words=True) for use in Use if use in waiting]
    return OnPage(on=on, outputs=shown, used=_used(session, rows), any=bool(rows))


def one_of(session: Session, actor: Actor, number: str, output_id: int, *, endpoint: Endpoint | None) -> Output:
    """One of them. Raises NotFound: there is none, or the case is hidden; Forbidden: partners."""
    found = of_case(session, actor, number, endpoint=endpoint)
    output = next((one for one in found if one.row.id == output_id), None)
    if output is None:
        raise NotFound("找不到這次草擬。")
    return output


def _may_read(actor: Actor, row: AssistOutput, *, on: bool) -> bool:
    """Whoever asked and leaders, while it is on; administrators also afterwards, to see what it did."""
    return (on and (row.by == actor.email or actor.may(Permission.ALL_CASES))) or actor.may(Permission.ADMINISTER)


def to_reply(session: Session, actor: Actor, number: str, output_id: int, *, endpoint: Endpoint | None) -> Output:
    """A draft to be taken into the reply. Raises StepNotAllowed: turned off, or it is no longer there to be taken."""
    output = one_of(session, actor, number, output_id, endpoint=endpoint)
    switch.require_on(session, endpoint)
    if output.row.use != Use.REPLY or output.row.state != State.READY or not output.result:
        raise StepNotAllowed("這份草稿已捨棄、已使用或已刪除。", code="assist_over")
    return output


def discard(
    session: Session, actor: Actor, number: str, output_id: int, *, endpoint: Endpoint | None, now: datetime
) -> AssistOutput:
    """Put a draft aside; that there was one stays. Raises StepNotAllowed: it was used or discarded before."""
    row = one_of(session, actor, number, output_id, endpoint=endpoint).row
    if row.state != State.READY:
        raise StepNotAllowed("這份草稿已捨棄、已使用或已刪除。", code="assist_over")
    row.state, row.decided_by, row.decided_at = State.DISCARDED.value, actor.email or actor.name, now
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="assist.discarded", subject=number,
        detail={"output": row.id, "use": row.use},
    )  # fmt: skip
    return row


def ids_of(typed: str) -> list[int]:
    """The drafts that a form was filled with, as its hidden field names them; what is no number is none of them."""
    return [int(one) for one in typed.split(",") if one.isascii() and one.isdigit() and len(one) < 19]


def check(locked: LockedCase, output_ids: Sequence[int], *texts: str | None) -> list[AssistOutput]:
    """The drafts that a text began with, before it is sent or given for approval.

    Raises:
        Invalid: a sentence still says that it is to be proven (``unproven_left``), or a draft is not of this case.
    """
    if any(UNPROVEN in (text or "") for text in texts):
        raise Invalid(
            f"尚有標示「{UNPROVEN}」的句子；請查證後刪去標示，或刪除該句。", code="unproven_left", field="text"
        )
    rows = [store.output(locked.session, one, lock=True) for one in dict.fromkeys(output_ids)]
    found = [row for row in rows if row is not None and row.case_id == locked.row.id and row.use in _SENT]
    if len(found) != len(rows):
        raise Invalid("找不到這次草擬。", field="assistance")
    return found


def sent(
    locked: LockedCase, rows: Sequence[AssistOutput], text: str, translation: str | None, *,
    message_id: int | None = None, draft_id: int | None = None,
) -> None:  # fmt: skip
    """Note who sent what became of a draft, or gave it for approval, and whether it was changed before."""
    actor = locked.actor.email or locked.actor.name
    for row in rows:
        began = Output(row, words=True).text
        row.changed = (translation or "").strip() != began if row.use == Use.TRANSLATION else text.strip() != began
        row.state, row.decided_by, row.decided_at = State.USED.value, actor, locked.now
        row.message_id, row.draft_id = message_id, draft_id
        locked_case.audit(
            locked, "assist.used", output=row.id, use=row.use, changed=row.changed, message=message_id, draft=draft_id
        )


def _used(session: Session, rows: Sequence[AssistOutput]) -> dict[int, Used]:
    """By the message that was sent."""
    found: dict[int, Used] = {}
    for one in rows:
        if one.message_id is None or one.use != Use.REPLY:
            continue
        message = conversation_store.message(session, one.message_id)
        began = Output(one, words=True).text
        compared = drafts.changes(began, message.text) if began and message is not None and message.text else ()
        found[one.message_id] = Used(one, compared if one.changed else ())
    return found
