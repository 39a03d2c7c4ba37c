"""External sources as such: fetched within bounds, one worker at a time, and whatever is wrong changes nothing."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.feed_client import HttpFeedClient
from bot.settings import Settings, setting_names
from bot.web.words import WORDS
from bot.worker import Worker
from routing.service.feeds import queries, runner
from routing.service.feeds.catalogue import FEEDS, feeds_of
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.feeds import queries as store
from tests.harness.feed_server import Said, feed_server, water_stop
from tests.harness.feeds import EVERY, ran
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.harness.waiting import eventually

GOOD = json.dumps([water_stop()])


@pytest.fixture
def server():
    with feed_server() as server:
        yield server


def keys(branch):
    with branch.database.reading() as session:
        return set(store.standing_notices(session, "water"))


def view(branch, name="water", url="http://127.0.0.1:9/"):
    with branch.database.reading() as session:
        found = queries.states(session, feeds_of({name: url}, every=EVERY))
    return next(one for one in found if one.name == name)


def test_a_good_answer_is_kept_with_the_time_it_came(branch, server):
    done = ran(branch, "water", server.at("/water", GOOD))
    assert (done.outcome, done.found, done.matched, done.proposed) == ("ok", 1, 1, 1)
    assert keys(branch) == {"07C0001/water/202603030800"}
    assert (view(branch).good_at, view(branch).problem) == (branch.now, None)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said(b"", 500), "feed_refused"),
        (Said(b"", 404), "feed_refused"),
        (Said(b"", 200), "feed_unreadable"),
        (Said("請先登入會員。".encode()), "feed_fields"),
        (Said(b'{"Warning": "login"}'), "feed_unreadable"),
        (Said(b"<html>maintenance</html>"), "feed_unreadable"),
        (Said(json.dumps([{"id": 1}]).encode()), "feed_fields"),
        (Said(b"", 302, {"Location": "http://127.0.0.2:1/elsewhere"}), "feed_redirected"),
        (Said(b"", 302), "feed_redirected"),
        (Said(b"", 302, {"Location": "/water"}), "feed_redirected"),
        (Said(b"[" + b" " * 3000 + b"]"), "feed_too_large"),
        (Said(gzip.compress(b"[" + b" " * 300_000 + b"]"), 200, {"Content-Encoding": "gzip"}), "feed_too_large"),
        (Said(GOOD.encode()[:-20], promises=len(GOOD.encode())), "feed_unreachable"),
        (Said(b"[" + b" " * 200 + b"]", drips=0.05), "feed_unreachable"),
        (Said(b"\x1f\x8bnothing", 200, {"Content-Encoding": "gzip"}), "feed_unreachable"),
    ],
)
def test_a_failed_or_strange_source_changes_nothing_and_says_so(branch, server, said, code):
    ran(branch, "water", server.at("/water", GOOD))
    before = branch.now
    branch.later(1)
    server.says["/water"] = said
    done = ran(branch, "water", f"{server.url}/water", seconds=1.0, most=2048)
    assert (done.outcome, done.problem) == ("failed", code)
    assert keys(branch) == {"07C0001/water/202603030800"}
    assert (view(branch).good_at, view(branch).problem) == (before, code)
    branch.later(1)
    server.at("/water", GOOD)
    assert ran(branch, "water", f"{server.url}/water").outcome == "ok"
    assert view(branch).problem is None


def test_nobody_there_is_a_failure_like_any_other(branch):
    assert ran(branch, "water", "http://127.0.0.1:9/water").problem == "feed_unreachable"


def test_a_redirect_on_the_same_host_is_followed(branch, server):
    server.says["/old"] = Said(b"", 301, {"Location": "/water"})
    server.at("/water", GOOD)
    assert ran(branch, "water", f"{server.url}/old").matched == 1


def test_what_did_not_change_is_not_sent_again_and_counts_as_read(branch, server):
    def say(headers):
        return Said(b"", 304) if headers.get("if-none-match") == '"v1"' else Said(GOOD.encode(), 200, {"ETag": '"v1"'})

    server.says["/water"] = say
    url = f"{server.url}/water"
    assert ran(branch, "water", url).outcome == "ok"
    branch.later(1)
    assert ran(branch, "water", url).outcome == "unchanged"
    assert view(branch).good_at == branch.now
    with branch.database.reading() as session:
        assert store.standing_notices(session, "water")["07C0001/water/202603030800"].fetched_at == branch.now
    assert view(branch).matched == 1


def test_another_address_is_asked_without_the_marks_of_the_last(branch, server):
    marked = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Mar 2026 00:00:00 GMT"}
    for path in ("/a", "/b"):
        server.at(path, GOOD, headers=marked)
        ran(branch, "water", server.url + path)
    ran(branch, "water", f"{server.url}/b")
    assert ["if-none-match" in headers for _, headers in server.asked] == [False, False, True]
    assert server.asked[-1][1]["if-modified-since"] == marked["Last-Modified"]


def test_a_source_is_asked_when_it_is_due_and_by_one_worker(branch, server):
    units = UnitOfWorkFactory(database=branch.database, office_provider=OfficeContextProvider(branch.office))
    feeds = feeds_of({"water": server.at("/water", GOOD)}, every=EVERY)
    client = HttpFeedClient()

    def due():
        return [one.feed for one in runner.run_due(units, feeds, client, now=branch.now)]

    assert (due(), due()) == (["water"], [])
    branch.later(0.26)
    with branch.database.writing() as session:
        assert store.claim(session, "water", now=branch.now, until=branch.now + timedelta(minutes=10), asked=False)
    assert due() == []
    branch.later(0.2)
    assert due() == ["water"]


def test_without_an_address_nothing_is_asked(branch):
    assert feeds_of({"water": "", "taipower": ""}, every=EVERY) == {}
    assert view(branch, "taipower", "").on is False


def test_an_address_with_a_key_is_neither_shown_nor_told_nor_logged(server, database_url, capfd):
    url = server.at("/water?apikey=sesame", b"", status=500)
    with Service(database_url, ONESTOP_FEED_WATER_URL=url) as service:
        runtime = service.runtime
        done = runner.run(runtime, runtime.feeds["water"], runtime.feed_client, now=service.now, asked=True)
        page = Visitor(service, "adam").get("/desk/admin/feeds")
        assert page.status == 200
        assert "sesame" not in f"{page.html}{done}{runtime.settings!r}{''.join(capfd.readouterr())}"
        assert "feed_refused" in page.html


def test_the_page_lists_every_source_and_the_metrics_those_that_are_on(server, database_url):
    with Service(database_url, ONESTOP_FEED_WATER_URL=server.at("/water", GOOD)) as service:
        runtime = service.runtime
        runner.run(runtime, runtime.feeds["water"], runtime.feed_client, now=service.now, asked=True)
        page = Visitor(service, "adam").get("/desk/admin/feeds")
        assert page.outline.broken_rules() == []
        for words in ("台電停電公告", "未啟用", "台水停水公告", "正常"):
            assert words in page.text
        figures = service.ask("GET", "/metrics").text
        assert 'onestop_feed_failing{feed="water"} 0.0' in figures
        (good,) = re.findall(r'last_good_timestamp_seconds{feed="water"} (.+)', figures)
        assert float(good) == service.now.timestamp()
        assert 'feed="taipower"' not in figures


@pytest.mark.parametrize("who", ["alice", "sue", "tai"])
def test_the_page_is_for_administrators(service_without_feeds, who):
    assert Visitor(service_without_feeds, who).get("/desk/admin/feeds").status == 403


@pytest.fixture(scope="module")
def service_without_feeds(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('feeds') / 'desk.db'}") as service:
        yield service


def test_the_worker_reads_a_source_by_itself(server, database_url):
    with Service(database_url, ONESTOP_FEED_WATER_URL=server.at("/water", GOOD)) as service:
        worker = Worker(service.runtime)
        worker.start()
        try:
            eventually(lambda: _good(service), seconds=10, what="a run")
        finally:
            worker.stop()


def _good(service):
    with service.runtime.database.reading() as session:
        return next(one for one in queries.states(session, service.runtime.feeds) if one.name == "water").good_at


def test_every_source_has_its_word_its_setting_and_its_place_in_the_documents():
    told = (Path(__file__).parents[3] / "docs" / "feeds.md").read_text("utf-8")
    for name in FEEDS:
        assert name in WORDS["feed"]
        assert f"ONESTOP_FEED_{name.upper()}_URL" in setting_names()
        assert f"`{name}`" in told


@pytest.mark.parametrize(
    "url", ["http://opendata.example/a.zip", "ftp://127.0.0.1/a", "https://", "file:///etc/passwd"]
)
def test_an_address_that_others_could_change_on_the_way_is_refused(url):
    with pytest.raises(ValidationError):
        Settings(_env_file=None, ONESTOP_FEED_WATER_URL=url)
