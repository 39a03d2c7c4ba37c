"""Streams of what changes: to whom, from which process, and how they end. Over real connections."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress

import httpx
import pytest
import uvicorn

from bot.web.limits.connections import BoundedProtocol
from routing.service.accounts import authentication, tokens
from routing.store.accounts import queries as account_store
from routing.store.listening import Listener
from tests.harness import local_http
from tests.harness.cast import email
from tests.harness.service import Service
from tests.harness.waiting import eventually

ANOTHER = {"text": "請問進度？", "internal": True}


class Looker:
    """Somebody who looks on: what came, and whether it is over."""

    def __init__(self, address, headers, case=(), *, presence=False):
        self.events, self.status, self.over = [], None, False
        self._thread = threading.Thread(
            target=self._look,
            args=(address, headers, {"case": case, **({"presence": True} if presence else {})}),
            daemon=True,
        )
        self._thread.start()
        eventually(lambda: self.status not in {None, 200} or self.of("bell"), what="a beginning")

    def _look(self, address, headers, query):
        name = ""
        with suppress(httpx.HTTPError), local_http.stream(
            "GET", f"{address}/api/v1/live", headers=headers, params=query, timeout=30
        ) as answer:  # fmt: skip
            self.status = answer.status_code
            for line in answer.iter_lines():
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    self.events.append((name, json.loads(value)))
        self.over = True

    def of(self, name):
        return [data for event, data in self.events if event == name]

    def hears(self, number):
        """The newest version of a case that was told, once there is one."""
        return eventually(lambda: [one["version"] for one in self.of("case") if one["number"] == number], what=number)[
            -1
        ]


@contextmanager
def served(service, **live):
    """The address of a service with streams that last."""
    streams = service.app.state.live
    streams.longest, streams.beat = live.get("longest", 60), live.get("beat", 60)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        service.app, http=BoundedProtocol, lifespan="off", log_config=None, access_log=False,
        timeout_graceful_shutdown=8,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


def version(service, number):
    return service.get("sue", f"/cases/{number}").json()["version"]


def test_everybody_is_told_of_what_they_may_see_and_of_nothing_else(database_url):
    with Service(database_url) as service, served(service) as address:
        number, hidden = service.opened(), service.opened()
        service.post("alice", f"/cases/{hidden}/confidential", {"confidential": True})
        alice, carol, tai = (
            Looker(address, service.headers(who), [number, hidden]) for who in ("alice", "carol", "tai")
        )
        assert alice.hears(number) == version(service, number)
        assert alice.hears(hidden) == version(service, hidden)
        service.post("alice", f"/cases/{hidden}/messages", ANOTHER)
        service.post("alice", f"/cases/{number}/messages", ANOTHER)
        for who in (alice, carol):
            eventually(lambda who=who: who.hears(number) == version(service, number))
        eventually(lambda: alice.hears(hidden) == version(service, hidden))
        assert {one["number"] for one in carol.of("case")} == {number}
        assert tai.of("case") == []

        body = {"on": "agency", "agency": "taipower", "message": "請確認。"}
        assert service.post("alice", f"/cases/{number}/wait", body).status_code == 200
        assert tai.hears(number) == service.get("tai", f"/cases/{number}").json()["version"]
        eventually(lambda: tai.of("bell")[-1]["unread"] == 1)
        assert service.post("tai", f"/cases/{number}/messages", {"text": "已確認", "internal": True}).status_code == 201
        eventually(lambda: tai.of("bell")[-1]["unread"] == 0)
        told = len(tai.events)
        service.post("alice", f"/cases/{number}/messages", ANOTHER)
        eventually(lambda: alice.hears(number) == version(service, number))
        assert len(tai.events) == told


def test_the_bell_says_how_many_cases_want_somebody(database_url):
    with Service(database_url) as service, served(service) as address:
        looker = Looker(address, service.headers("bob"))
        assert looker.of("bell") == [{"unread": 0, "cases": 0, "reminders": 0}]
        number = service.opened()
        assert service.post("sue", f"/cases/{number}/assignment", {"assignee": email("bob")}).status_code == 200
        eventually(lambda: looker.of("bell")[-1] == {"unread": 1, "cases": 1, "reminders": 0})
        assert service.post("bob", f"/cases/{number}/messages", ANOTHER).status_code == 201
        eventually(lambda: looker.of("bell")[-1]["unread"] == 0)


def test_a_stream_ends_with_its_session_or_token_and_nobody_else_has_one(database_url):
    with Service(database_url) as service, served(service, beat=0.2) as address:
        with service.runtime.database.writing() as session:
            sid = authentication.begin_session(
                session, account_store.staff_by_email(session, email("alice")), now=service.now
            )
        by_session = Looker(address, {"Cookie": f"sid={sid}"})
        by_token = Looker(address, service.headers("bob"))
        with service.runtime.database.writing() as session:
            authentication.end_session(session, sid, now=service.now)
        eventually(lambda: by_session.over, seconds=5)
        assert not by_token.over
        with service.runtime.database.writing() as session:
            mine = next(one for one in tokens.listing(session, now=service.now) if one.email == email("bob"))
            tokens.revoke(session, mine.id, now=service.now, by="sue")
        eventually(lambda: by_token.over, seconds=5)
        assert Looker(address, {}).status == 401
        assert Looker(address, {"Cookie": f"sid={sid}"}).status == 401


def test_many_streams_hold_neither_a_connection_of_the_database_nor_a_thread(database_url):
    with Service(database_url) as service, served(service, beat=0.5) as address, ExitStack() as open_ones:
        number = service.opened()
        before = threading.active_count()
        client = open_ones.enter_context(local_http.client(timeout=30, limits=httpx.Limits(max_connections=50)))
        clients = []
        for who in ("alice", "bob", "sue", "adam") * 10:
            stream = client.stream("GET", f"{address}/api/v1/live", headers=service.headers(who))
            answer = open_ones.enter_context(stream)
            assert answer.status_code == 200
            clients.append(answer.iter_lines())
        for lines in clients:
            assert next(lines) == "retry: 3000"
        eventually(lambda: len(service.app.state.live._streams) == 40)
        assert threading.active_count() <= before + 6
        eventually(lambda: service.runtime.database.engine.pool.checkedout() == 0)
        service.post("alice", f"/cases/{number}/messages", ANOTHER)
        for lines in clients:
            assert any("case" in line for line in lines)


def test_one_person_opens_only_so_many_and_the_oldest_gives_way(database_url):
    with Service(database_url) as service, served(service) as address:
        lookers = [Looker(address, service.headers("bob")) for _ in range(13)]
        eventually(lambda: lookers[0].over)
        assert not any(one.over for one in lookers[1:])


@pytest.mark.postgres
def test_a_change_in_one_process_is_told_in_another(postgres_url):
    with Service(postgres_url) as writing:
        reading = Service(postgres_url)
        listener = Listener(reading.runtime.database)
        listener.start()
        try:
            with served(reading) as address:
                number = writing.opened()
                looker = Looker(address, writing.headers("bob"), [number])
                writing.post("alice", f"/cases/{number}/messages", ANOTHER)
                eventually(lambda: looker.hears(number) == version(writing, number), seconds=5)
        finally:
            listener.stop()
            reading.runtime.database.dispose()


def test_the_server_ends_at_once_although_somebody_looks_on(database_url):
    with Service(database_url) as service, served(service) as address:
        looker = Looker(address, service.headers("bob"))
    eventually(lambda: looker.over, seconds=2)


def test_a_stream_ends_after_a_while_and_may_be_asked_for_anew(database_url):
    with Service(database_url) as service, served(service, longest=0.5) as address:
        looker = Looker(address, service.headers("bob"))
        eventually(lambda: looker.over, seconds=5)
        assert looker.status == 200
