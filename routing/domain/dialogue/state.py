"""Where a conversation stands: a small value kept with the contact, without anybody's words in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

CALL_WISHED = "ask"
"""A call is wished, and it is to be asked when it suits."""
MAX_PENDING = 30
"""Messages kept as the possible beginning of a case."""


class Step(StrEnum):
    """What we asked last."""

    IDLE = "idle"
    DESCRIBE = "describe"
    """What is it about?"""
    WHEN = "when"
    """When does a call suit?"""
    FIRM = "firm"
    """Firm name or 統一編號?"""
    CONTACT = "contact"
    """Whom may we talk to?"""
    PHONE = "phone"
    """Under which number?"""
    PARK = "park"
    """In which park?"""
    SUMMARY = "summary"
    """Is this right?"""
    ADDING = "adding"
    """What is there to add to the case?"""
    BIND = "bind"
    """Which firm, and by which code?"""
    REASON = "reason"
    """Why this score?"""
    NEED = "need"
    """What land or building does the firm look for?"""
    QUESTIONS = "questions"
    """A question of the case's question set (題組)?"""


FACTS = frozenset({Step.WHEN, Step.FIRM, Step.CONTACT, Step.PHONE, Step.PARK})
"""What is asked one at a time; an answer to it is a name or a number, not words about a matter."""

TOLD = FACTS | {Step.BIND, Step.NEED, Step.QUESTIONS}
"""What is answered by a name, a number or a code: it says nothing of the language that is read."""

OPENING = FACTS | {Step.DESCRIBE, Step.SUMMARY}


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """The conversation. ``pending`` are messages not yet tied to a case; ``led_at`` is when the first of them came."""

    step: Step = Step.IDLE
    pending: tuple[int, ...] = ()
    led_at: str | None = None
    heard_at: str | None = None
    """When the last of them came."""
    category: str | None = None
    topic: str | None = None
    alert: str | None = None
    firm_name: str | None = None
    ubn: str | None = None
    firm_found: str | None = None
    """The masked name of a known firm with this number, until the firm says whether it is the one."""
    firm_registered: str | None = None
    """That name in full, where the register has it under this number; it is public."""
    contact_name: str | None = None
    phone: str | None = None
    park: str | None = None
    anew: bool | None = None
    """The firm is telling its details anew: what we knew is not filled in."""
    number: str | None = None
    asked_at: str | None = None
    """When the reason for a score was asked for."""
    need_at: str | None = None
    """The question on what is looked for that stands; None with NEED: all are through, and may be changed."""
    question_at: str | None = None
    """The question of the case's set that stands."""
    filling: str | None = None
    """The case of an emergency, open already, for which the firm is asked about itself."""
    dropped: dict[str, Any] | None = None
    """The opening of a case that was cancelled, as ``plain`` writes it: it can be taken up again."""
    gently: bool | None = None
    """That case is of somebody in distress: one thing is asked, and no more."""
    stuck_at: str | None = None
    """The online service, as the table names it, at which the firm could not go on."""
    kind_for: str | None = None
    """The entry for which the firm was asked which kind of park it is in."""
    bind_ubn: str | None = None
    """The firm for which a code was mailed: the code alone binds to it."""
    hours_told: str | None = None
    """The opening that was told, out of hours: it is said once until then."""
    asked: tuple[str, ...] = ()
    """What was just asked of a case, as its action and number: whether it is surely taken back, when a call suits."""
    call: str | None = None
    """For the case that is being opened a call is wished: ``CALL_WISHED`` until it is known when it suits."""
    alarmed_at: str | None = None
    """When an emergency was told, until it is told to be over; no other matter makes that forgotten."""
    offered: tuple[str, ...] = ()
    """The questions that were offered last, in their order, while nothing else was said."""
    last_entry: str | None = None
    last_category: str | None = None
    last_message: int | None = None
    last_enquiry: int | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON values; what is not set is left out."""
        values = {name: value for name, value in asdict(self).items() if value not in (None, ())}
        return {**values, "step": self.step.value}


def state_from(plain: dict[str, Any]) -> State:
    """The state from what ``plain`` wrote; anything else (an older program's) begins anew."""
    names = {field.name for field in fields(State)}
    if not plain or not set(plain) <= names:
        return State()
    listed = {name: tuple(plain.get(name, ())) for name in ("pending", "offered", "asked")}
    values = {**plain, **listed}
    try:
        return State(**{**values, "step": Step(plain.get("step", "idle"))})
    except ValueError:
        return State()
