"""Where online services are found: entered by the unit that looked, with the day on which it looked."""

from __future__ import annotations

import json
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from knowledge.services import OnlineService, ServicesError, load_services
from routing.domain.errors import Forbidden, Invalid, NotFound
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.knowledge_admin import queries as store


def may_locate(actor: Actor, office: OfficeContext, service: OnlineService) -> bool:
    """Leaders, and officers of the unit that has the service's category."""
    if actor.may(Permission.ALL_KNOWLEDGE):
        return True
    topic = service.topics[0] if service.topics else None
    unit = office.offices.unit_for(service.category.value, topic, None).name
    return actor.may(Permission.UNIT_WORK) and actor.unit == unit


def locate(
    session: Session,
    office: OfficeContext,
    actor: Actor,
    service_id: str,
    *,
    address: str,
    verified: date | None,
    now: datetime,
) -> None:
    """Keep a service's address and the day (Taipei) on which it was opened; both empty take the button away.

    Raises:
        NotFound: no such service. Forbidden: neither its unit's nor a leader.
        Invalid: the address is no https one, or the day is missing or in the future.
    """
    require_team(actor)
    service = next((one for one in load_services() if one.id == service_id), None)
    if service is None:
        raise NotFound("查無這項線上服務。")
    if not may_locate(actor, office, service):
        raise Forbidden("線上服務的網址由該類別的承辦單位或主管填寫。")
    if verified is not None and verified > local(now).date():
        raise Invalid("查證日期不能晚於今日。", field="verified")
    try:
        service.at(address, verified if address else None)
    except ServicesError as error:
        raise Invalid(str(error), field="address") from None
    entered = store.services(session)
    kept = json.loads(entered) if entered else {}
    kept[service_id] = {"address": address, "verified": verified.isoformat() if address and verified else ""}
    store.keep_services(session, json.dumps(kept, ensure_ascii=False, sort_keys=True))
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="service.located", subject=service_id,
        detail={"address": address},
    )  # fmt: skip
