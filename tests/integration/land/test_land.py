"""Plots from a list to the firm: taken in whole or not at all, held against a need, sent as cards, never when old."""

from __future__ import annotations

import pytest

from bot.web import sheets
from routing.domain.errors import Forbidden, Invalid, NotFound, StepNotAllowed
from routing.domain.land.fitting import Verdict
from routing.domain.messages import Carousel, Text, from_plain
from routing.domain.permissions import SYSTEM
from routing.service.cases import commands as case_commands
from routing.service.land import importing, needs, offering, queries
from routing.service.messaging.deliveries import resend
from routing.store.land.schema import PlotSent
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from tests.harness.branch import ENDING, importable, push
from tests.harness.cast import ALICE, CAROL, SUE, TAI

HEAD = "編號,園區,類型,面積,供電,租金,狀態,資料日期\n"
LIST = HEAD + (
    "A-1,楠梓,廠房,800,600,,,115.02.20\nA-2,楠梓,廠房,850,,每㎡ 90 元,,115.02.20\n"
    "A-3,楠梓,廠房,820,100,,,115.02.20\nA-4,楠梓,廠房,810,600,,已出租,115.02.20\nB-1,前鎮,土地,5000,,,,115.01.05\n"
)


def take_in(branch, text, by=None):
    actor = branch.actor(by) if by else SYSTEM
    found = importing.read(branch.office, actor, sheets.read(text.encode()), now=branch.now)
    with branch.database.writing() as session:
        return found, *importing.take_in(session, branch.office, actor, found, now=branch.now)


def plots(branch, **wanted):
    with branch.database.reading() as session:
        page = queries.page(
            session, branch.office, branch.actor(ALICE), queries.PlotFilter(**wanted), limit=50, cursor=None,
            now=branch.now,
        )  # fmt: skip
        return {one.plot.code: one for one in page.items}


def land(branch, number, by=ALICE):
    with branch.database.reading() as session:
        return queries.of_case(session, branch.office, branch.actor(by), number, now=branch.now)


def send(branch, number, *ids):
    with branch.hold(number, ALICE) as locked:
        offering.send(locked, ids, notify=push)


def entered(branch, number, **values):
    with branch.hold(number, ALICE) as locked:
        needs.enter(locked, needs.Entered(**values))


def test_a_list_replaces_that_of_its_parks_whole_or_not_at_all(branch):
    assert take_in(branch, LIST)[1:] == (5, 0)
    with pytest.raises(Invalid) as refused:
        take_in(branch, HEAD + "A-9,楠梓,廠房,很大,,,,115.02.20\nA-8,楠梓,廠房,8,,,,115.02.20\n")
    assert refused.value.code == "plots_refused"
    assert set(plots(branch)) == {"A-1", "A-2", "A-3", "A-4", "B-1"}
    first = plots(branch)["A-1"].id
    assert take_in(branch, HEAD + "A-1,楠梓,廠房,801,,,,115.03.01\nA-7,楠梓,廠房,9,,,,115.03.01\n", ALICE)[1:] == (1, 3)
    assert set(plots(branch)) == {"A-1", "A-7", "B-1"}
    assert (plots(branch)["A-1"].id, plots(branch)["A-1"].plot.area) == (first, 801)
    assert set(plots(branch, park="前鎮")) == {"B-1"}
    assert set(plots(branch, least=100, most=1000)) == {"A-1"}


def test_only_the_unit_for_land_and_leaders_take_in_a_list(branch):
    for who in (CAROL, TAI):
        with pytest.raises(Forbidden):
            take_in(branch, LIST, who)
    assert take_in(branch, LIST, SUE)[1] == 5


def test_chosen_plots_go_to_the_firm_as_cards_with_their_day_and_count_as_an_answer(branch):
    take_in(branch, LIST)
    number = branch.open(contact_id=branch.contact(), text="想找廠房")
    entered(branch, number, where="楠梓", form="building", area="800-900 平方公尺", power="500 kW")
    found = land(branch, number)
    assert {fit.plot.code: fit.verdict for fit in found.fits} == {
        "A-1": Verdict.YES, "A-2": Verdict.YES, "A-3": Verdict.NO, "B-1": Verdict.NO,
    }  # fmt: skip
    ids = {fit.plot.code: fit.id for fit in found.fits}
    send(branch, number, ids["A-2"], ids["A-1"])
    sent = branch.outbox()[-1]
    cards, words = from_plain(sent.payload)
    assert isinstance(cards, Carousel)
    assert isinstance(words, Text)
    assert (sent.reason, sent.state) == ("plots", "pending")
    rents = [[row.value for row in card.rows if "租金" in row.label] for card in cards.cards]
    assert rents == [["每㎡ 90 元"], []]
    assert all("資料日期 2026/2/20" in card.footer for card in cards.cards)
    assert "不代表保留或核准" in words.body
    assert branch.case(number).first_reply_at == branch.now
    assert {row.code for _one, row in land(branch, number).sent} == {"A-1", "A-2"}
    with branch.hold(number, ALICE) as locked:
        case_commands.close(locked, case_commands.Outcome.ANSWERED, summary="已提供", notify=push, ending=ENDING)
    importable(branch, number)


@pytest.mark.parametrize(
    ("code", "refused"),
    [("A-4", "plot_taken"), ("B-1", "plot_outdated"), (None, "plots_missing"), ("gone", "plot_unknown")],
)
def test_what_is_old_taken_or_in_no_list_is_not_sent(branch, code, refused):
    take_in(branch, LIST)
    number = branch.open(contact_id=branch.contact())
    ids = {code: one.id for code, one in plots(branch).items()}
    with pytest.raises(Invalid) as error:
        send(branch, number, *([] if code is None else [ids.get(code, 9999)]))
    assert (error.value.code, error.value.field) == (refused, "plots")
    assert "plots" not in branch.reasons()
    with branch.database.reading() as session:
        assert session.query(PlotSent).count() == 0


def test_a_firm_without_a_chat_is_not_told_anything_by_cards(branch):
    take_in(branch, LIST)
    number = branch.open()
    with pytest.raises(Invalid) as error:
        send(branch, number, plots(branch)["A-1"].id)
    assert error.value.code == "no_address"


def test_what_did_not_go_out_until_it_was_old_is_not_sent_again(branch):
    take_in(branch, LIST)
    number = branch.open(contact_id=branch.contact())
    send(branch, number, plots(branch)["A-1"].id)
    sent = branch.outbox()[-1].id
    with branch.database.writing() as session:
        row = session.get(Outbox, sent)
        row.state = outbox_store.DEAD
    branch.later(days=25)
    with branch.database.writing() as session, pytest.raises(StepNotAllowed, match="已有變動"):
        resend(session, branch.office, branch.actor(ALICE), sent, now=branch.now)


def test_the_need_and_the_plots_of_a_case_are_the_teams_and_a_bad_figure_is_named(branch):
    number = branch.open()
    with pytest.raises(NotFound):
        land(branch, number, TAI)
    with pytest.raises(Forbidden), branch.hold(number, CAROL):
        pass
    with pytest.raises(Invalid) as error:
        entered(branch, number, area="很大")
    assert error.value.field == "area"
    with pytest.raises(Invalid) as error:
        entered(branch, number, where="楠梓、火星")
    assert error.value.field == "where"
    assert not land(branch, number).known


def test_needs_that_nothing_meets_are_counted_by_park_size_and_business(branch):
    take_in(branch, LIST)
    for values in (
        {"where": "楠梓", "area": "800 ㎡", "industry": "半導體"},
        {"where": "前鎮、楠梓", "area": "2 公頃", "industry": "食品"},
        {"where": "屏東縣", "area": "300 坪"},
    ):  # fmt: skip
        entered(branch, branch.open(), **values)
    with branch.database.reading() as session:
        found = queries.unmet(session, branch.office, branch.actor(SUE), now=branch.now)
    assert (found.needs, found.unmet) == (3, 2)
    assert set(found.by_park) == {("前鎮", 1), ("楠梓", 1), ("屏東縣", 1)}
    assert found.by_size == (("500 – 未滿 1,000 ㎡", 1), ("10,000 ㎡ 以上", 1))
    assert set(found.by_industry) == {("食品農業", 1), ("未說明", 1)}
