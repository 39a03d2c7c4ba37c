"""A signed link by which an agency without an account answers one consultation, for a while (contract §9).

Whoever has it reads what the agency's own account would: the question, until it is answered, and nothing of the case.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.permissions import Actor, Role, may_write, require_team
from routing.service import signed_links
from routing.service.cases import consultations, locked_case
from routing.service.office_context import OfficeContext
from routing.store.consultations import queries as store

LIFE = timedelta(days=14)
_PURPOSE = "consultation"
_NONE = "連結不正確；請洽會辦單位重新索取。"


def give(
    session: Session, office: OfficeContext, consultation_id: int, actor: Actor, *, now: datetime
) -> tuple[str, datetime]:
    """The address that answers a consultation, and until when it is good.

    Raises:
        NotFound, Forbidden, StepNotAllowed: as for answering it; only who writes the case gives it away.
        Invalid: a unit is asked, which has accounts.
    """
    require_team(actor)
    locked, asked = consultations.held(session, office, consultation_id, actor, now=now)
    if not may_write(actor, locked.case):
        raise Forbidden("只有承辦單位能產生回復連結。")
    if asked.agency is None:
        raise Invalid("本局單位以自己的帳號回復，不需要連結。", field="agency")
    until = (now + LIFE).replace(microsecond=0)
    token = signed_links.sign(signed_links.key(session, office.secret, _PURPOSE, make=True), consultation_id, until)
    locked_case.audit(locked, "case.consultation_link", agency=asked.agency, until=until.isoformat())
    return f"{office.base_url}/asked/{token}", until


def opened(session: Session, office: OfficeContext, token: str, *, now: datetime) -> tuple[int, Actor]:
    """The consultation that a link answers, and its agency as the one who acts.

    Raises NotFound: we did not sign it, or its time is over (``link_over``).
    """
    try:
        consultation_id = signed_links.read(signed_links.key(session, office.secret, _PURPOSE), token, now=now)
    except NotFound as error:
        over = error.code == "link_over"
        raise NotFound("連結已過期；請洽會辦單位重新索取。" if over else _NONE, code=error.code) from None
    found = store.by_id(session, consultation_id)
    if found is not None and found[0].joint_id is not None and found[0].ended_at is not None:
        # One case of many needs no answer any more; the question is answered by another that does.
        waiting = store.waiting_of(session, found[0].joint_id)
        found = store.by_id(session, waiting[0][0]) if waiting else found
        consultation_id = waiting[0][0] if waiting else consultation_id
    agency = office.offices.agency(found[0].agency) if found is not None and found[0].agency else None
    if agency is None:
        raise NotFound(_NONE)
    return consultation_id, Actor(name=f"{agency.short}（回復連結）", role=Role.PARTNER, agency=agency.code)
