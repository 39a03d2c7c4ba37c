"""Sending chosen plots to the firm of a case: cards with the day of the list, by the outbox; nothing that is old."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from knowledge.calendar.office_calendar import local
from routing.domain.case import EventKind
from routing.domain.errors import Invalid
from routing.domain.firm_dates import firm_date
from routing.domain.land.plots import FRESH_DAYS, MOST_SENT, Plot, figure_shown, fresh
from routing.domain.messages import Card, Carousel, Outgoing, Row, Text
from routing.service.cases import locked_case
from routing.service.cases.locked_case import LockedCase
from routing.service.cases.notifications import Notifier, case_buttons, language, say
from routing.service.land.queries import plot_of
from routing.store.conversation.schema import Message
from routing.store.land import queries as store
from routing.store.land.schema import PlotRow

REASON = "plots"


def send(locked: LockedCase, ids: Sequence[int], *, notify: Notifier) -> None:
    """Send plots, as an answer that an officer gives.

    Raises:
        Invalid: none or too many, one that is not in a list (``plot_unknown``), not offered (``plot_taken``) or of a
            list older than thirty days (``plot_outdated``), or the firm has no address that carries cards.
    """
    locked.require("plots")
    rows = _chosen(locked, ids)
    address = locked.address()
    channel = address.channel if address is not None else next(iter(locked.office.channels), locked.row.channel)
    locked_case.check_reach(locked, "plots", channel=channel)
    plots = [plot_of(row) for row in rows]
    message = Message(
        case_id=locked.row.id, contact_id=locked.row.contact_id, direction="out", kind="text",
        text=_written(locked, plots), at=locked.now, by=locked.actor.email, via=channel,
    )  # fmt: skip
    locked.session.add(message)
    locked.session.flush()
    locked.record(EventKind.REPLIED, via=channel, message_id=message.id)
    store.put_sent(locked.session, locked.row.id, rows, now=locked.now, by=locked.actor.email)
    notify(locked, REASON, cards(locked, plots))
    locked_case.audit(locked, "case.plots", plots=[row.id for row in rows])


def _chosen(locked: LockedCase, ids: Sequence[int]) -> list[PlotRow]:
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        raise Invalid("請至少選擇一筆用地。", field="plots", code="plots_missing")
    if len(wanted) > MOST_SENT:
        raise Invalid(f"一次最多傳送 {MOST_SENT} 筆。", field="plots")
    found = store.by_ids(locked.session, wanted)
    today = local(locked.now).date()
    for one in wanted:
        row = found.get(one)
        if row is None or row.gone_at is not None:
            raise Invalid(f"用地 {one} 不在最新的清冊。", field="plots", code="plot_unknown")
        if not row.offered:
            raise Invalid(f"{row.park} {row.code} 目前不開放（{row.state}）。", field="plots", code="plot_taken")
        if not fresh(row.as_of, today):
            raise Invalid(
                f"{row.park} {row.code} 的資料日期 {row.as_of.isoformat()} 已逾 {FRESH_DAYS} 日，請先匯入新的清冊。",
                field="plots", code="plot_outdated",
            )  # fmt: skip
    return [found[one] for one in wanted]


def still_holds(locked: LockedCase, at: object) -> bool:
    """Whether plots that were sent at an instant and have not gone out may still be told."""
    oldest = store.oldest_sent(locked.session, locked.row.id, at)  # type: ignore[arg-type]
    return oldest is not None and fresh(oldest, local(locked.now).date())


def cards(locked: LockedCase, plots: Sequence[Plot]) -> list[Outgoing]:
    """What the firm gets: one card a plot, and beneath them what a list does not promise, with the ways on."""
    words = Text(say(locked, "plot.no_promise"), quick=case_buttons(locked))
    return [
        Carousel(cards=tuple(_card(locked, plot) for plot in plots), alt=say(locked, "plot.alt", n=len(plots))),
        words,
    ]


def _card(locked: LockedCase, plot: Plot) -> Card:
    park = locked.office.offices.park(plot.park)
    name = park.label(language(locked)) if park is not None else plot.park
    return Card(
        title=f"{name} {plot.code}", label=say(locked, f"plot.form.{plot.form}") if plot.form else "",
        rows=tuple(Row(say(locked, f"plot.{key}"), value) for key, value in _facts(locked, plot)),
        footer=say(locked, "plot.footer", as_of=firm_date(plot.as_of, language(locked))),
    )  # fmt: skip


def _facts(locked: LockedCase, plot: Plot) -> list[tuple[str, str]]:
    """What the list says, and nothing that it does not."""
    figures = [(name, getattr(plot, name)) for name in ("area", "power", "water", "wastewater")]
    facts = [(name, figure_shown(value, name)) for name, value in figures if value is not None]
    if plot.industry:
        facts.append(("industry", plot.industry))
    if plot.available_on is not None:
        facts.append(("available_on", _day(locked, plot.available_on)))
    if plot.rent:
        facts.append(("rent", plot.rent))
    if plot.features:
        facts.append(("features", plot.features))
    return facts


def _day(locked: LockedCase, day: date) -> str:
    return firm_date(day, language(locked))


def _written(locked: LockedCase, plots: Sequence[Plot]) -> str:
    """The same as words, as the case keeps them."""
    lines = [locked.office.sentences.say("plot.sent", None, n=len(plots))]
    for plot in plots:
        facts = [f"{locked.office.sentences.say(f'plot.{key}', None)} {value}" for key, value in _facts(locked, plot)]
        as_of = locked.office.sentences.say("plot.footer", None, as_of=firm_date(plot.as_of, "zh-TW"))
        lines.append(f"・{plot.park} {plot.code}：{'；'.join(facts)}（{as_of}）")
    return "\n".join(lines)
