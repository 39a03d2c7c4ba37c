"""The outbox between a database and LINE, attempt by attempt, with the clock in the test's hand; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.line.channel import LineChannel
from knowledge.calendar.office_calendar import TAIPEI
from routing.domain.messages import Text, to_plain
from routing.domain.permissions import SYSTEM
from routing.service.messaging import outbox
from routing.store.conversation import queries as conversation_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.schema import Outbox
from routing.store.session import Database
from tests.harness.simulator import TOKEN, Channel, Phone, simulated

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=TAIPEI)


@dataclass(slots=True, kw_only=True)
class Post:
    """An outbox with one contact, and LINE behind it. ``now`` is turned by the test."""

    database: Database
    line: Channel
    firm: Phone
    sender: LineChannel
    now: datetime = NOON
    contact: int = field(default=0)

    def put(self, text: str, **reply: object) -> int:
        """Queue a message; its id."""
        with self.database.writing() as session:
            contact, _address, _new = conversation_store.contact_at(session, "line", self.firm.id, now=self.now)
            row = outbox_store.put(
                session, channel="line", contact_id=contact.id, payload=to_plain([Text(text)]), reason="test",
                now=self.now, **reply  # type: ignore[arg-type]
            )  # fmt: skip
            return row.id

    def lease(self) -> list[outbox.OutboundMessage]:
        """Take what is due."""
        with self.database.writing() as session:
            return outbox.lease_messages(session, self.sender, now=self.now)

    def turn(self) -> int:
        """One turn of a worker."""
        batch = self.lease()
        for outbound in batch:
            outbox.deliver(self.database, self.sender, outbound, now=self.now)
        return len(batch)

    def row(self, outbox_id: int) -> Outbox:
        """The message as it stands."""
        with self.database.reading() as session:
            found = outbox_store.get(session, outbox_id)
            assert found is not None
            return found


@pytest.fixture
def post(database_url: str) -> Iterator[Post]:
    database = Database(database_url)
    with simulated("http://127.0.0.1:9/line/webhook") as line:
        line.post("/webhook/settings", active=False)
        post = Post(database=database, line=line, firm=line.person(), sender=LineChannel(line.url, line.url, TOKEN))
        database.clock = lambda: post.now
        yield post
        line.check_sent()
        line.check_ledger()
    database.dispose()


def token(post: Post) -> str:
    """A reply token that LINE would take."""
    return str(post.line.raw({"type": "follow", "source": post.firm.source})["events"][0]["replyToken"])


def test_a_message_is_taken_by_one_of_two(post: Post) -> None:
    """L10, L25: whoever asks second gets nothing."""
    post.put("你好")
    assert len(post.lease()) == 1
    assert post.lease() == []


def test_a_message_whose_sender_died_is_taken_again_with_its_key(post: Post) -> None:
    """O3: leased and never finished; LINE had accepted it, so it is accepted once."""
    first = post.put("你好")
    [outbound] = post.lease()
    post.sender.push(post.firm.id, [Text("你好")], retry_key=outbound.retry_key, language="zh-TW")
    post.now += outbox.LEASE - timedelta(seconds=1)
    assert post.turn() == 0
    post.now += timedelta(seconds=2)
    assert post.turn() == 1
    assert (post.row(first).state, post.row(first).attempts) == (outbox_store.ACCEPTED, 2)
    assert len(post.firm.received()) == 1


@pytest.mark.parametrize("sent", [True, False])
def test_a_reply_whose_sender_died_arrives_once(post: Post, *, sent: bool) -> None:
    """L11, contract §4: another tries it with the same token, and LINE takes a token once."""
    first = post.put("你好", reply_token=token(post), token_until=NOON + timedelta(seconds=50))
    [outbound] = post.lease()
    if sent:
        post.sender.reply(str(outbound.reply_token), [Text("你好")], language="zh-TW")
    post.now += outbox.LEASE + timedelta(seconds=1)
    post.turn()
    assert (post.row(first).state, post.row(first).error) == (outbox_store.ACCEPTED, "presumed" if sent else None)
    assert len(post.firm.received()) == 1


def test_a_reply_whose_sender_died_is_unknown_when_its_tokens_time_is_over(post: Post) -> None:
    """L11: it may have arrived; nobody tries it again, nobody pushes it."""
    first = post.put("你好", reply_token=token(post), token_until=NOON + timedelta(seconds=50))
    post.lease()
    post.now += timedelta(seconds=51)
    post.turn()
    assert (post.row(first).state, post.row(first).error) == (outbox_store.UNKNOWN, "interrupted")
    assert post.line.calls() == []


def test_a_late_outcome_does_not_touch_a_final_state(post: Post) -> None:
    """O2: the first attempt comes back after the second was accepted."""
    first = post.put("你好")
    [late] = post.lease()
    post.now += timedelta(seconds=61)
    post.turn()
    accepted = post.row(first)
    with post.line.failing("push", "error_before"):
        outbox.deliver(post.database, post.sender, late, now=post.now)
    assert (post.row(first).state, post.row(first).due_at) == (accepted.state, accepted.due_at)
    outbox.deliver(post.database, post.sender, late, now=post.now)
    assert post.row(first).accepted_at == accepted.accepted_at
    assert len(post.firm.received()) == 1


def test_a_reply_past_its_time_is_pushed_without_trying(post: Post) -> None:
    """L9: fifty seconds after LINE's request the token is not worth a call."""
    first = post.put("你好", reply_token=token(post), token_until=NOON + timedelta(seconds=50))
    post.now += timedelta(seconds=51)
    post.turn()
    assert (post.row(first).state, post.row(first).kind) == (outbox_store.ACCEPTED, "push")
    assert [call["endpoint"] for call in post.line.calls()] == ["push"]


@pytest.mark.parametrize(("kind", "code", "state"), [
    ("error_before", "line_down", outbox_store.PENDING),
    ("error_after", "line_down", outbox_store.PENDING),
    ("reset", "connection_lost", outbox_store.PENDING),
    ("rate_limit", "rate_limited", outbox_store.PENDING),
    ("unauthorized", "unauthorised", outbox_store.PENDING),
    ("garbage", "line_down", outbox_store.PENDING),
    ("quota", "quota", outbox_store.DEAD),
])  # fmt: skip
def test_errors_are_told_apart(post: Post, kind: str, code: str, state: str) -> None:
    """O4, L13: what may pass is tried again, what will not is not."""
    first = post.put("你好")
    with post.line.failing("push", kind):
        post.turn()
    row = post.row(first)
    assert (row.error, row.state) == (code, state)
    assert (row.due_at > post.now) == (state == outbox_store.PENDING)


def test_attempts_end_and_the_message_is_listed_for_a_person(post: Post) -> None:
    """O5, L12, R6: eight attempts within the life of the retry key, then staff see it, and may send it anew."""
    first = post.put("你好")
    attempts = 0
    with post.line.failing("push", "error_before"):
        while post.row(first).state == outbox_store.PENDING:
            post.now = max(post.now, post.row(first).due_at)
            attempts += post.turn()
    assert attempts == 8
    assert post.now - NOON < timedelta(hours=23)
    assert len({call["headers"]["x-line-retry-key"] for call in post.line.calls("push")}) == 1
    with post.database.writing() as session:
        assert [row.id for row in outbox_store.listing(session, states=outbox_store.SEEN_BY_STAFF)] == [first]
        outbox.resend(session, first, SYSTEM, now=post.now)
    post.turn()
    assert post.row(first).state == outbox_store.ACCEPTED
    assert len({call["headers"]["x-line-retry-key"] for call in post.line.calls("push")}) == 2


def test_a_failing_message_holds_back_the_later_ones_of_its_firm_only(post: Post) -> None:
    first, second = post.put("一"), post.put("二")
    with post.line.failing("push", "error_before", count=1):
        post.turn()
    assert post.turn() == 0
    post.now += timedelta(seconds=3)
    assert (post.turn(), post.turn()) == (1, 1)
    assert [post.row(one).state for one in (first, second)] == [outbox_store.ACCEPTED] * 2
    assert [bubble["message"]["text"] for bubble in post.firm.received()] == ["一", "二"]
