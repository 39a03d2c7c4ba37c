"""Taking in a list of plots: read and shown first, then taken whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy.orm import Session

from knowledge.calendar.office_calendar import local
from routing.domain.errors import Forbidden, Invalid
from routing.domain.land.lists import Line, PlotList, read_list
from routing.domain.permissions import Actor, Permission, require_team
from routing.service.office_context import OfficeContext
from routing.store.accounts import queries as account_store
from routing.store.land import queries as store


def may_import(office: OfficeContext, actor: Actor) -> bool:
    """Whether a person may take in a list: of the unit for land, or one who leads."""
    unit = office.offices.unit_for("land", None, None).name
    return actor.may(Permission.ALL_CASES) or (actor.may(Permission.UNIT_WORK) and actor.unit == unit)


def require_import(office: OfficeContext, actor: Actor) -> None:
    """Raises Forbidden: the person is not of the unit for land."""
    require_team(actor)
    if not may_import(office, actor):
        raise Forbidden("用地清冊由土地承辦單位匯入。")


def read(
    office: OfficeContext, actor: Actor, lines: Sequence[Line], *, now: datetime, as_of: date | None = None
) -> PlotList:
    """What a list comes to, with every cell that cannot be used. It takes its time, and no transaction.

    Raises:
        Forbidden: as ``require_import``. Invalid: no row holds the headings.
    """
    require_import(office, actor)
    return read_list(lines, office.offices.find_park, today=local(now).date(), as_of=as_of)


def take_in(
    session: Session, office: OfficeContext, actor: Actor, found: PlotList, *, now: datetime
) -> tuple[int, int]:  # fmt: skip
    """Take a list that was read in place of what its parks had; gives how many plots are new, and how many went.

    Raises:
        Forbidden: as ``require_import``. Invalid: a cell cannot be used (``plots_refused``), or nothing is in it.
    """
    require_import(office, actor)
    if found.problems:
        raise Invalid(f"清冊有 {len(found.problems)} 處無法使用，沒有匯入。", field="file", code="plots_refused")
    if not found.plots:
        raise Invalid("清冊沒有任何一筆用地，沒有匯入。", field="file", code="plots_refused")
    new, gone = store.put(session, [asdict(plot) for plot in found.plots], found.parks, now=now)
    account_store.audit(
        session, at=now, actor=actor.email or actor.name, action="plots.import", subject="、".join(found.parks),
        detail={"plots": len(found.plots), "new": new, "gone": gone},
    )  # fmt: skip
    return new, gone
