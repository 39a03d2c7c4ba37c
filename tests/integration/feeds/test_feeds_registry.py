"""商工登記 over HTTP: shown to be confirmed, kept, and of no harm when it lies, stalls or is down."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
import structlog

from bot.feed_client import HttpFeedClient
from routing.domain.dialogue.state import Step
from routing.service.feeds import registry_feed
from routing.service.feeds.catalogue import feeds_of
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from tests.harness.chat import Chat, words_of
from tests.harness.feed_server import Said, feed_server
from tests.harness.feeds import EVERY, ran
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.unit.routing.domain.feeds.test_registry_feed import ROW, UBN, said


@pytest.fixture
def server():
    with feed_server() as server:
        yield server


def asked(branch, url, *, seconds=2.0, anew=False):
    units = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    feed = feeds_of({"registry": url}, every=EVERY)["registry"]
    return registry_feed.ensure(units, feed, HttpFeedClient(seconds=seconds), UBN, now=branch.now, anew=anew)


def known(branch):
    with branch.database.reading() as session:
        return registry_feed.of(session, UBN, now=branch.now)


def test_what_it_says_is_kept_for_thirty_days_and_that_it_has_nothing_for_one(branch, server):
    url = server.at(f"/r/{UBN}", said()).replace(UBN, "{ubn}")
    with structlog.testing.capture_logs() as lines:
        assert asked(branch, url).name == ROW["Company_Name"]
    assert UBN not in str(lines)
    assert asked(branch, url).found
    assert len(server.asked) == 1
    branch.later(days=31)
    assert known(branch) is None
    server.at(f"/r/{UBN}", b"")
    assert not asked(branch, url).found
    branch.later(hours=25)
    assert known(branch) is None


@pytest.mark.parametrize(
    "answer",
    [
        Said("查無資料，請確認參數。".encode()), Said(b"<html></html>"), Said(said(), 500), Said(said(), 404),
        Said(b"", 302, {"Location": "http://elsewhere.example/"}), Said(said(), promises=9999), Said(said(), drips=0.2),
    ],
    ids=["words", "page", "500", "404", "elsewhere", "cut", "stalls"],
)  # fmt: skip
def test_a_register_that_errs_stalls_or_is_down_changes_nothing(branch, server, answer):
    url = server.at(f"/r/{UBN}", said()).replace(UBN, "{ubn}")
    assert asked(branch, url).found
    server.says[f"/r/{UBN}"] = answer
    assert asked(branch, url, seconds=0.6, anew=True) is None
    assert known(branch).name == ROW["Company_Name"]
    assert asked(branch, "http://127.0.0.1:9/", anew=True) is None


def test_the_worker_asks_about_firms_of_open_cases_and_sends_their_number_alone(branch, server):
    branch.open(firm_name="晴川精密", firm_ubn=UBN, contact_name="陳小姐")
    branch.open(firm_name="無統編")
    server.says["/r"] = Said(said())
    url = f"{server.url}/r"
    path = f"/r?$format=json&$filter=Business_Accounting_NO%20eq%20{UBN}&$skip=0&$top=50"
    server.at(path, said())
    first = ran(branch, "registry", url)
    assert (first.outcome, first.found, first.proposed) == ("ok", 1, 1)
    assert ran(branch, "registry", url).outcome == "unchanged"
    assert [unquote(path) for path, _headers in server.asked] == [unquote(path)]
    branch.later(days=31)
    server.at(path, "系統忙碌中")
    assert ran(branch, "registry", url).outcome == "failed"


def test_a_firm_is_shown_its_registered_name_and_state_and_says_whether_it_is_the_one(branch, server):
    url = server.at(f"/r/{UBN}", said(Company_Status_Desc="停業")).replace(UBN, "{ubn}")
    chat = Chat(branch)
    chat.text("想請問污水納管的事")
    chat.tap("open_case")
    assert chat.state.step is Step.FIRM
    asked(branch, url)
    shown = words_of(chat.text(UBN))
    assert "晴川精密股份有限公司（登記現況：停業）" in shown
    chat.tap("firm", ours="yes")
    assert (chat.state.firm_name, chat.state.ubn) == ("晴川精密股份有限公司", UBN)
    assert chat.state.step is Step.CONTACT


def test_who_is_another_firm_or_of_no_known_number_goes_on_as_before(branch):
    chat = Chat(branch)
    chat.text("想請問污水納管的事")
    chat.tap("open_case")
    chat.text(UBN)
    assert (chat.state.firm_name, chat.state.step) == (UBN, Step.CONTACT)


def test_officers_see_it_on_the_case_and_ask_anew_and_programs_by_number(database_url, server):
    url = server.at(f"/r/{UBN}", said(Company_Status_Desc="解散")).replace(UBN, "{ubn}")
    with Service(database_url, ONESTOP_FEED_REGISTRY_URL=url) as service:
        number = service.opened(firm={"name": "明月光電", "ubn": UBN})
        alice = Visitor(service, "alice")
        page = alice.send(alice.get(f"/desk/cases/{number}"), "/registry")
        assert "已查詢商工登記" in page.text
        assert "登記現況為解散，請留意" in page.text
        assert "與廠商所稱名稱不同，請確認" in page.text
        assert "76.02.21 設立" in page.text
        found = service.get("alice", f"/registry/{UBN}").json()
        assert (found["name"], found["ended"], found["since"]) == (ROW["Company_Name"], True, "1987-02-21")
        assert service.get("tai", f"/registry/{UBN}").status_code == 403
        assert service.get("alice", "/registry/12345678").status_code == 422
        server.at(f"/r/{UBN}", "系統維護中")
        down = alice.send(alice.get(f"/desk/cases/{number}"), "/registry")
        assert "沒有回應，先前的資料不變" in down.text
        assert "登記現況為解散" in down.text
        service.later(days=31)
        busy = service.get("alice", f"/registry/{UBN}")
        assert (busy.status_code, busy.json()["code"]) == (503, "registry_unavailable")


def test_without_an_address_nothing_is_asked_and_nothing_offered(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'off.db'}") as off:
        refused = off.get("alice", f"/registry/{UBN}")
        assert (refused.status_code, refused.json()["code"]) == (422, "feed_off")
        assert not Visitor(off, "alice").get(f"/desk/cases/{off.opened()}").offers("/registry")
