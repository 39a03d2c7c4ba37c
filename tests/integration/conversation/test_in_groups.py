"""In a group the account answers what the base surely knows, whom to call, and never anybody's case."""

from datetime import timedelta

import pytest

from routing.domain.inbound import Inbound, InboundKind
from routing.domain.messages import from_plain
from routing.service.conversation import commands
from tests.harness.branch import branch_on, reader
from tests.harness.chat import words_of


@pytest.fixture
def branch():
    with branch_on("sqlite") as branch:
        yield branch


def named(branch, words):
    """What is answered to words that name the account in a group."""
    branch.now += timedelta(seconds=5)
    inbound = Inbound(
        channel="line", kind=InboundKind.TEXT, at=branch.now, user_id="U-member", reply_token="token",
        message_id=f"g-{branch.now.timestamp()}", shared=True, place="group", text=words,
    )  # fmt: skip
    before = {row.id for row in branch.outbox()}
    with branch.database.writing() as session:
        until = branch.now + timedelta(seconds=50)
        commands.take(session, branch.office, reader(), inbound, now=branch.now, token_until=until)
    return "\n".join(words_of(from_plain(row.payload)) for row in branch.outbox() if row.id not in before)


@pytest.mark.parametrize("words", ["電梯那件進度如何", "小王身分證 A123456789", "補充一下剛剛那件"])
def test_whoever_speaks_of_a_case_or_of_people_is_sent_to_the_chat_of_two(branch, words):
    assert "一對一" in named(branch, words)


@pytest.mark.parametrize(("words", "said"), [("謝謝", "不客氣"), ("你好", "標記我再提問")])
def test_a_hello_and_thanks_are_answered_in_kind(branch, words, said):
    assert said in named(branch, words)


@pytest.mark.parametrize(
    ("words", "number"), [("我不想活了", "1925"), ("i want to kill myself", "1995"), ("失火了", "119")]
)
def test_in_danger_and_distress_it_is_said_whom_to_call(branch, words, number):
    told = named(branch, words)
    assert number in told
    assert "請專人協助" not in told


def test_what_asks_how_long_is_no_case(branch):
    assert "查證日期" in named(branch, "開發管理基金什麼時候要繳，要繳多少？")


@pytest.mark.parametrize("words", ["幾點下班", "請問你們幾點上班", "what are your office hours"])
def test_when_the_office_is_open_is_nobodys_case(branch, words):
    told = named(branch, words)
    assert "08:30" in told
    assert "一對一" not in told
