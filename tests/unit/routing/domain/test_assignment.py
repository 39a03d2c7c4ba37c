"""Who gets a case: topic before category before anybody, then the least open work; nobody absent."""

import random

import pytest

from routing.domain.assignment import Candidate, choose
from tests.harness.branch import at


def officer(name, load=0, *, categories=(), last=None, absent=False, deputy=None, capacity=None):
    return Candidate(
        email=f"{name}@kp.example", categories=tuple(categories), load=load, last_assigned_at=last, absent=absent,
        deputy=f"{deputy}@kp.example" if deputy else None, capacity=capacity,
    )  # fmt: skip


CHOICES = [
    ("least open work", [officer("a", 3), officer("b", 1), officer("c", 2)], "b"),
    ("equal work: longest without a new one",
     [officer("a", last=at(2)), officer("b", last=at(1)), officer("c", last=at(3))], "b"),
    ("equal work: who never had one comes first", [officer("a", last=at(1)), officer("b")], "b"),
    ("all equal: by e-mail", [officer("b"), officer("a")], "a"),
    ("the topic before the category",
     [officer("a", categories=["land"]), officer("b", 9, categories=["labour"])], "b"),
    ("the category before anybody", [officer("a"), officer("b", 9, categories=["land"])], "b"),
    ("who takes all before who takes others", [officer("a", categories=["tax"]), officer("b", 9)], "b"),
    ("rather somebody of other categories than nobody", [officer("a", categories=["tax"])], "a"),
    ("never who is absent", [officer("a", absent=True), officer("b", 9)], "b"),
    ("the expert is away: the expert's deputy",
     [officer("a"), officer("b", categories=["labour"], absent=True, deputy="c")], "c"),
    ("the expert is away without a deputy: the next rule",
     [officer("a"), officer("b", categories=["labour"], absent=True)], "a"),
    ("all away: a deputy", [officer("a", absent=True), officer("b", absent=True, deputy="c")], "c"),
    ("A4: all away, no deputy: nobody", [officer("a", absent=True), officer("b", absent=True)], None),
    ("A6: nobody in the unit", [], None),
    ("who is full is passed over", [officer("a", 2, capacity=2), officer("b", 9)], "b"),
    ("half a case leaves room", [officer("a", 1.5, capacity=2), officer("b", 9)], "a"),
    ("the expert is full: whoever has room",
     [officer("a", 9), officer("b", 3, categories=["labour"], capacity=3)], "a"),
    ("A4: everybody is full: the queue", [officer("a", 2, capacity=2), officer("b", 1, capacity=1)], None),
]  # fmt: skip


@pytest.mark.parametrize(("people", "who"), [row[1:] for row in CHOICES], ids=[row[0] for row in CHOICES])
def test_the_choice(people, who):
    """A4, A6"""
    for order in (people, people[::-1], random.Random(7).sample(people, len(people))):
        found = choose(order, category="land", topic="labour")
        assert (found.email if found else None) == (f"{who}@kp.example" if who else None)
        assert found is None or found.why


def test_a_newcomer_is_not_buried():
    """A7: cases go by open work, so a newcomer catches up with the others and then shares evenly."""
    loads = {"old": 4, "other": 4, "new": 0}
    last = {"old": at(-2), "other": at(-1)}
    given = []
    for turn in range(14):
        found = choose([officer(name, load, last=last.get(name)) for name, load in loads.items()],
                       category="land", topic=None)  # fmt: skip
        name = found.email.split("@")[0]
        loads[name] += 1
        last[name] = at(turn)
        given.append(name)
    assert given[:4] == ["new"] * 4
    assert max(loads.values()) - min(loads.values()) <= 1


def test_a_case_without_topic_is_nobodys_topic():
    assert choose([officer("a", categories=["land"])], category="land", topic=None).email == "a@kp.example"
