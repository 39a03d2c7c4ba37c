"""Canned replies at the desk: each unit keeps its own, and a case offers them with its facts in."""

import html
import re

import pytest

from tests.harness.databases import migrated
from tests.harness.pages import Visitor
from tests.harness.service import Service

TEXT = {"zh-TW": "案號 {案號}，{單位}承辦。", "en": "Case {案號}, {單位}.", "ja": ""}


@pytest.fixture
def service(tmp_path):
    with migrated("sqlite", tmp_path) as url, Service(url) as service:
        yield service


def add(visitor, **changes):
    return visitor.ask("POST", "/desk/canned", data={"title": "受理說明", "unit": "用地工程科", **TEXT, **changes})


def test_a_unit_keeps_its_own_and_leaders_everybodys(service):
    alice, carol, sue = (Visitor(service, who) for who in ("alice", "carol", "sue"))
    page = add(alice)
    assert "常用回復已更新" in page.text
    assert page.outline.broken_rules() == []
    assert add(carol).status == 403
    assert add(alice, unit="").status == 403
    assert add(sue, unit="", title="通用說明").status == 200
    refused = add(alice, **{"zh-TW": "{統編}"})
    assert refused.status == 422
    assert refused.outline.forms[-2].fields["zh-TW"] == "{統編}"
    assert Visitor(service, "carol").get("/desk/canned/1").status == 403
    edit = alice.get("/desk/canned/1")
    assert edit.outline.broken_rules() == []
    old = edit.form("/desk/canned/1/change").fields
    assert "受理說明二" in alice.send(edit, "/change", title="受理說明二").text
    assert alice.ask("POST", "/desk/canned/1/change", data=old).status == 412
    assert "受理說明二" not in alice.send(alice.get("/desk/canned/1"), "/withdraw").text


def test_a_case_offers_them_with_its_facts_in_the_firms_language(service):
    add(Visitor(service, "sue"), unit="", title="通用說明")
    number = service.opened(language="en")
    page = Visitor(service, "alice").get(f"/desk/cases/{number}")
    shown = html.unescape(page.answer.text)
    assert f'data-text="案號 {number}，用地工程科承辦。"' in shown
    assert re.search(rf'data-translation="Case {number}, [A-Z][^"]+\."', shown)
