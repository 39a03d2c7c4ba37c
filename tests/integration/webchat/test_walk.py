"""A firm's whole way on a channel that the product does not know: one folder, nothing changed anywhere else."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

import pytest
from sqlalchemy import select

from bot.channels import PLUGS
from bot.demo.serving import AppServer, listen, port_of
from routing.domain.dialogue import bursts
from routing.store.cases.schema import Case
from routing.store.conversation.schema import ContactAddress
from tests.harness import local_http
from tests.harness.branch import add_contact, reader
from tests.harness.cast import email
from tests.harness.service import Service
from tests.harness.waiting import eventually
from tests.integration.webchat.channel import PATH, plug_to

SECRET = "s3cret"


class PageServer(ThreadingHTTPServer):
    """Shows visitors what they are told; a key it has seen is taken and not shown again."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.shown = defaultdict(list)
        self.keys = set()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if body["key"] not in self.server.keys:
            self.server.keys.add(body["key"])
            self.server.shown[body["visitor"]].extend(body["messages"])
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args):
        """Nothing is printed."""


class Visitor:
    """Somebody at the page."""

    def __init__(self, product, page, name):
        self.product, self.page, self.name = product, page, name
        self.serial = count(1)

    def does(self, **what):
        """One thing; gives everything shown to them once something new is."""
        before = len(self.page.shown[self.name])
        self.sends(**what)
        return eventually(lambda: self.page.shown[self.name][before:], what="an answer on the page")

    def sends(self, **what):
        self.product.service.later(seconds=1)
        at = int(self.product.service.now.timestamp() * 1000)
        event = {"id": f"{self.name}-{next(self.serial)}", "visitor": self.name, "at": at, **what}
        for _twice in range(2):
            answer = local_http.post(self.product.url + PATH, json=event, headers={"x-chat-secret": SECRET}, timeout=30)
            assert answer.status_code == 200, answer.text
        # Nothing follows within what is one turn: it is answered.
        self.product.service.now += 2 * bursts.GAP

    def reads(self, part, *, since=0):
        """Waits until this stands on the page, and gives what does."""

        def seen():
            words = shown(self.page.shown[self.name][since:])
            return words if part in words else ""

        return eventually(seen, what=part)

    def says(self, text):
        return self.does(message={"id": f"m{next(self.serial)}", "text": text})

    def taps(self, data):
        return self.does(tapped=data)


class Product:
    """The product with LINE and the chat, served."""

    def __init__(self, service, server, url):
        self.service, self.server, self.url = service, server, url


@pytest.fixture
def page():
    with PageServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def product(database_url, page):
    with Service(database_url, plugs=(*PLUGS, plug_to(page.url, SECRET)), with_worker=True) as service:
        service.runtime.reader.replace(reader().understander())
        service.runtime.reader.warm()
        with closing(listen(0)) as door:
            server = AppServer(service.app, door, name="product")
            server.start()
            yield Product(service, server, f"http://127.0.0.1:{port_of(door)}")
            server.stop()


def shown(messages):
    return json.dumps(messages, ensure_ascii=False)


def test_a_firm_writes_is_answered_opens_a_case_and_reads_its_officers_reply_there(product, page):
    firm = Visitor(product, page, "U1")
    firm.says("圍牆外的大樹倒下來了，想請人來看")
    assert "/privacy" in firm.reads("open_case")
    firm.taps("action=open_case")
    for fact in ("晴川精密有限公司", "陳小姐", "07-3611212"):
        firm.says(fact)
    firm.taps("action=park&id=nanzih")
    before = len(page.shown["U1"])
    firm.taps("action=confirm_case")
    receipt = firm.reads("服務案號", since=before)
    service = product.service
    (case,) = service.get("sue", "/cases").json()["items"]
    assert case["number"] in receipt
    assert case["channel"] == "web"
    service.post("sue", f"/cases/{case['number']}/assignment", {"assignee": email("alice")})
    before = len(page.shown["U1"])
    answered = service.post("alice", f"/cases/{case['number']}/messages", {"text": "已派員前往查看。"})
    assert answered.status_code in {200, 201}, answered.text
    eventually(lambda: "已派員前往查看。" in shown(page.shown["U1"][before:]), what="the reply on the page")
    whole = service.get("alice", f"/cases/{case['number']}").json()
    assert [one["via"] for one in whole["messages"] if one["text"] == "已派員前往查看。"] == ["web"]
    assert {row["state"] for row in service.get("sue", "/deliveries").json()["items"]} <= {"accepted", "pending"}


def test_one_who_left_the_page_is_not_written_to_and_staff_are_told(product, page):
    """And is somebody else than the person whom LINE knows by the same name."""
    service = product.service
    with service.runtime.writing() as (session, _office):
        add_contact(session, "U2", now=service.now)
    visitor = Visitor(product, page, "U2")
    visitor.says("你好")
    visitor.sends(left=True)

    def reach():
        with service.runtime.reading() as (session, _office):
            query = select(ContactAddress).where(ContactAddress.address == "U2")
            return {row.channel: (row.contact_id, row.reachable) for row in session.scalars(query)}

    eventually(lambda: reach()["web"][1] is False, what="the leaving")
    assert reach()["line"][1] is True
    assert reach()["line"][0] != reach()["web"][0]
    number = service.opened()
    with service.runtime.writing() as (session, _office):
        session.scalars(select(Case).where(Case.number == number)).one().contact_id = reach()["web"][0]
    for via, code in (("web", "unreachable"), (None, "unreachable"), ("line", "no_address")):
        refused = service.post("alice", f"/cases/{number}/messages", {"text": "x"} | ({"via": via} if via else {}))
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    told = service.post("alice", f"/cases/{number}/messages", {"text": "已電話說明", "via": "phone"})
    assert told.status_code in {200, 201}, told.text
