"""The account in a group: a hello, silence, answers from the FAQ when it is named, and nothing of it kept (L26)."""

import json
from uuid import uuid4

import pytest

from tests.harness.product import Product
from tests.harness.simulator import words
from tests.harness.waiting import eventually

KNOWN = "標準廠房續租要準備哪些文件？"
SECRET = "聽說晴川精密要裁員了"


@pytest.fixture
def people(product):
    return [product.line.person(displayName=name) for name in ("王小明", "😀林小姐")]


@pytest.fixture(params=["group", "room"])
def group(request, product, people):
    return product.line.post("/groups", kind=request.param, members=[one.id for one in people], wait=True)["groupId"]


def said(product: Product, group: str) -> list[dict]:
    bubbles = product.line.get(f"/groups/{group}/transcript")["bubbles"]
    return [bubble["message"] for bubble in bubbles if bubble["from"] == "bot"]


def stored(product: Product) -> list[int]:
    """How many rows there are of what a chat of two leaves."""
    queries = (
        "SELECT count(*) FROM contact", "SELECT count(*) FROM message", "SELECT count(*) FROM enquiry",
        "SELECT count(*) FROM service_case",
    )  # fmt: skip
    return [product.rows(query)[0][0] for query in queries]


def answer(product: Product, group: str, seen: int) -> str:
    return words(*eventually(lambda: said(product, group)[seen:], what="an answer in the group"))


def test_it_says_hello_when_invited_and_where_cases_belong(product, group):
    told = answer(product, group, 0)
    assert "一對一聊天室" in told
    assert "one-to-one chat" in told
    assert product.line.calls("push") == []


def test_it_is_silent_until_named_then_answers_from_the_faq_without_a_way_to_a_case(product, group, people):
    answer(product, group, 0)
    product.line.post(f"/groups/{group}/text", userId=people[0].id, text=KNOWN, wait=True)
    product.line.post(f"/groups/{group}/text", userId=people[0].id, text=KNOWN, mentions=[people[1].id], wait=True)
    product.settled()
    assert len(said(product, group)) == 1
    product.line.post(f"/groups/{group}/text", userId=people[0].id, text=KNOWN, mentionBot=True, wait=True)
    told = answer(product, group, 1)
    assert "依承辦單位回復為準" in told or "系統自動回答" in told
    assert "postback" not in json.dumps(said(product, group))
    assert product.line.calls("push") == []


@pytest.mark.parametrize(
    "asked", ["我的案件到哪了", "請專人協助", "我要開案", "我們公司統編 04595257 電話 07-3611212 想申請用地"]
)
def test_cases_and_details_are_sent_to_the_chat_of_two(product, group, people, asked):
    answer(product, group, 0)
    before = stored(product)
    product.line.post(f"/groups/{group}/text", userId=people[0].id, text=asked, mentionBot=True, wait=True)
    told = answer(product, group, 1)
    assert "一對一聊天室" in told
    assert "KP-" not in told
    assert stored(product) == before


def test_an_emergency_told_to_it_gets_the_numbers(product, group, people):
    answer(product, group, 0)
    product.line.post(f"/groups/{group}/text", userId=people[1].id, text="工廠失火了！", mentionBot=True, wait=True)
    assert "119" in answer(product, group, 1)


def test_nothing_that_is_said_there_is_kept(product, group, people):
    """What names the account is kept until it is answered, without the names of others; then it is gone too."""
    mark, before = uuid4().hex, stored(product)
    for more in ({}, {"mentionBot": True, "mentions": [people[1].id]}):
        product.line.post(f"/groups/{group}/text", userId=people[0].id, text=SECRET + mark, wait=True, **more)
    answer(product, group, 1)
    product.settled()
    for query in ("SELECT raw FROM inbox", "SELECT text FROM message", "SELECT CAST(payload AS TEXT) FROM outbox"):
        kept = " ".join(str(row[0]) for row in product.rows(query))
        assert mark not in kept
        assert "林小姐" not in kept
    assert stored(product) == before
    assert product.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]


def test_members_come_and_go_and_the_account_is_removed_in_silence(product, group, people):
    answer(product, group, 0)
    product.line.post(f"/groups/{group}/members", left=[people[0].id], wait=True)
    product.line.post(f"/groups/{group}/members", joined=[people[0].id], wait=True)
    product.line.post(f"/groups/{group}/remove", wait=True)
    product.settled()
    assert len(said(product, group)) == 1
