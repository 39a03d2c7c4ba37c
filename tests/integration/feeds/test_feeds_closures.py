"""Announced closures: proposed with the cases they would move, applied by one press, and never by themselves."""

import pytest

from routing.domain.errors import Forbidden, NotFound, StepNotAllowed
from routing.domain.permissions import Role
from routing.service.feeds import proposals
from routing.service.office_calendar import commands as calendar_commands
from routing.service.office_context import OfficeContextProvider
from routing.store.accounts.schema import Audit
from routing.store.office_calendar import queries as calendar_store
from tests.harness.feed_server import Said, atom, cap, feed_server, several
from tests.harness.feeds import ran
from tests.harness.pages import Visitor
from tests.harness.service import Service

PROSE = "[停班停課通知]高雄市:{}行政院人事行政總處。"
TOMORROW = cap(PROSE.format("明天停止上班、停止上課。"), sent="2026-03-02T08:00:00+08:00")


@pytest.fixture
def server():
    with feed_server() as server:
        yield server


@pytest.fixture
def adam(branch):
    return branch.actor(branch.staff("adam", Role.ADMIN))


def fed(branch, server, *alerts):
    return ran(branch, "closures", server.at("/cap", several(*alerts)))


def waiting(branch):
    with branch.database.reading() as session:
        office = OfficeContextProvider(branch.office).office(session)
        return proposals.waiting(session, office, now=branch.now)


def decide(branch, deed, actor, proposal_id):
    with branch.database.writing() as session:
        office = OfficeContextProvider(branch.office).office(session)
        if deed == "apply":
            return proposals.apply(session, office, actor, proposal_id, now=branch.now)
        return proposals.dismiss(session, actor, proposal_id, now=branch.now)


def closures(branch):
    with branch.database.reading() as session:
        return [
            (one.date.isoformat(), one.county, one.district, one.part)
            for one in calendar_store.standing_closures(session)
        ]


def decided(branch):
    with branch.database.reading() as session:
        return [(row.state, row.contrary_text) for row in proposals.decided(session)]


def test_a_closure_is_proposed_with_the_cases_it_would_move_and_moves_none_by_itself(branch, server, adam):
    number = branch.open()
    before = branch.row(number).due_on
    assert fed(branch, server, TOMORROW).proposed == 1
    (one,) = waiting(branch)
    assert [(case.number, case.due_on, case.moved_to > before) for case in one.movement.cases] == [
        (number, before, True)
    ]
    moved_to = one.movement.cases[0].moved_to
    assert (closures(branch), branch.row(number).due_on) == ([], before)
    assert decide(branch, "apply", adam, one.row.id) == "高雄市"
    assert closures(branch) == [("2026-03-03", "高雄市", None, "full")]
    assert branch.row(number).due_on == moved_to
    assert waiting(branch) == []
    with branch.database.reading() as session:
        assert "closure.applied" in [row.action for row in session.query(Audit)]
        assert "dgpa_1" in calendar_commands.closures(session, limit=1, cursor=None).items[0].source


def test_it_is_proposed_once_and_what_was_put_aside_stays_so(branch, server, adam):
    fed(branch, server, TOMORROW)
    assert fed(branch, server, TOMORROW).proposed == 0
    (one,) = waiting(branch)
    decide(branch, "dismiss", adam, one.row.id)
    assert fed(branch, server, TOMORROW).proposed == 0
    assert (waiting(branch), closures(branch)) == ([], [])


def test_whoever_is_no_administrator_or_comes_second_changes_nothing(branch, server, adam):
    fed(branch, server, TOMORROW)
    (one,) = waiting(branch)
    with pytest.raises(Forbidden):
        decide(branch, "apply", branch.actor("alice@kp.example"), one.row.id)
    with pytest.raises(NotFound):
        decide(branch, "apply", adam, one.row.id + 99)
    decide(branch, "dismiss", adam, one.row.id)
    with pytest.raises(StepNotAllowed):
        decide(branch, "apply", adam, one.row.id)
    assert closures(branch) == []


def test_what_was_entered_by_hand_is_not_proposed_again(branch, server, adam):
    with branch.database.writing() as session:
        office = OfficeContextProvider(branch.office).office(session)
        day = branch.now.date().replace(day=3)
        calendar_commands.close_office(session, office, adam, day=day, county="高雄市", district=None, part="full",
                                       source=None, now=branch.now)  # fmt: skip
    assert fed(branch, server, TOMORROW).proposed == 0


@pytest.mark.parametrize(
    ("prose", "codes"),
    [
        ("[停班停課通知]屏東縣:明天停止上班。", ("10013",)),
        ("[停班停課通知]高雄市桃源區:明天停止上班。", ("6403700",)),
        (PROSE.format("明天未達停止上班及上課標準。"), ("64",)),
        (PROSE.format("明天照常上班、停止上課。"), ("64",)),
    ],
)
def test_what_reaches_no_office_or_closes_nothing_is_not_proposed(branch, server, prose, codes):
    fed(branch, server, cap(prose, codes=codes, sent="2026-03-02T08:00:00+08:00"))
    assert waiting(branch) == []


def test_the_offices_own_district_is_proposed_as_such(branch, server):
    fed(
        branch,
        server,
        cap("[停班停課通知]高雄市前鎮區:今天下午停止上班。", codes=("6400700",), sent="2026-03-02T08:00:00+08:00"),
    )
    (one,) = waiting(branch)
    assert (one.row.county, one.row.district, one.row.part) == ("高雄市", "前鎮區", "pm")


def test_old_entries_that_stay_in_the_feed_propose_nothing(branch, server):
    fed(branch, server, cap(PROSE.format("今天停止上班。"), sent="2026-02-24T05:00:00+08:00"))
    assert waiting(branch) == []


def test_a_later_word_takes_a_proposal_back_and_is_shown_beside_a_closure_that_was_applied(branch, server, adam):
    fed(branch, server, TOMORROW)
    works = cap(PROSE.format("明天照常上班、照常上課。"), key="b", kind="Update", sent="2026-03-02T08:30:00+08:00")
    fed(branch, server, TOMORROW, works)
    assert (waiting(branch), decided(branch)) == ([], [("superseded", None)])
    fed(branch, server, TOMORROW)
    (one,) = waiting(branch)
    decide(branch, "apply", adam, one.row.id)
    fed(branch, server, TOMORROW, works)
    ((state, contrary),) = decided(branch)
    assert (state, "照常上班" in contrary) == ("applied", True)
    assert len(closures(branch)) == 1


def test_an_index_is_followed_on_its_own_host_and_for_our_counties_only(branch, server):
    server.at("/c/1.cap", TOMORROW)
    taipei = ("/c/2.cap", "[停班停課通知]臺北市:今天停止上班")
    elsewhere = ("http://127.0.0.2:1/x.cap", PROSE.format("今天停止上班"))
    server.at("/feed?apikey=k", atom(("/c/1.cap", PROSE.format("明天停止上班")), taipei, elsewhere))
    done = ran(branch, "closures", f"{server.url}/feed?apikey=k")
    assert (done.found, done.skipped, done.proposed) == (1, 1, 1)
    assert [path for path, _ in server.asked] == ["/feed?apikey=k", "/c/1.cap"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said('{"Warning":"請先登入會員。"}'.encode()), "feed_login"),
        (Said(b"<html>"), "feed_unreadable"),
        (Said(several(TOMORROW.replace("Actual", "Test")).encode()), "feed_unreadable"),
        (Said(b"", 403), "feed_refused"),
    ],
)
def test_without_a_key_or_in_another_form_nothing_changes(branch, server, said, code):
    fed(branch, server, TOMORROW)
    server.says["/cap"] = said
    assert ran(branch, "closures", f"{server.url}/cap").problem == code
    assert len(waiting(branch)) == 1


def test_the_desk_shows_it_and_one_press_applies_it(server, database_url):
    alert = cap(PROSE.format("明天停止上班、停止上課。"), sent="2026-11-16T08:00:00+08:00")
    with Service(database_url, ONESTOP_FEED_CLOSURES_URL=server.at("/cap", alert)) as service:
        number = service.opened()
        ran(_Of(service), "closures", f"{server.url}/cap")
        desk = Visitor(service, "adam")
        assert "1 則停班公告待處理" in desk.get("/desk/admin/calendar").text
        page = desk.get("/desk/admin/feeds")
        assert page.outline.broken_rules() == []
        for words in ("115.11.17", "高雄市", "明天停止上班", number, "1 件未結案件"):
            assert words in page.text
        before = service.get("alice", f"/cases/{number}").json()["due_on"]
        done = desk.send(page, "/desk/admin/feeds/apply")
        assert "已依公告登錄停班" in done.text
        assert service.get("alice", f"/cases/{number}").json()["due_on"] > before
        assert 'onestop_feed_applied{feed="closures"} 1.0' in service.ask("GET", "/metrics").text


class _Of:
    """A service, as the runner of a test takes it."""

    def __init__(self, service):
        self.database, self.office, self.now = (
            service.runtime.database,
            service.runtime.office_provider.base,
            service.now,
        )
