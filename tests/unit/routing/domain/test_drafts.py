"""Answers that are approved first (陳核): when, by whom, and what was changed in them."""

import pytest

from routing.domain import drafts
from routing.domain.drafts import Part
from routing.domain.permissions import Actor, Role


@pytest.mark.parametrize(
    ("role", "as_deputy", "may"),
    [(Role.OFFICER, (), False), (Role.SUPERVISOR, (), True), (Role.ADMIN, (), True), (Role.PARTNER, (), False),
     (Role.OFFICER, (Role.SUPERVISOR,), True), (Role.OFFICER, (Role.OFFICER,), False)],
)  # fmt: skip
def test_leaders_approve_and_whoever_stands_in_for_one(role, as_deputy, may):
    assert drafts.may_approve(Actor(name="x", role=role, stands_in_as=frozenset(as_deputy))) is may


@pytest.mark.parametrize(
    ("kind", "outcome", "chosen", "needed"),
    [
        ("PET", None, (), False), ("PET", None, ("PET",), True), ("ENQ", None, ("PET",), False),
        ("ENQ", "declined", ("declined",), True), ("PET", "declined", ("PET",), True),
        ("PET", "answered", ("PET",), False),
        ("PET", "withdrawn", ("PET", "declined"), False), ("ENQ", None, ("declined",), False),
    ],
)  # fmt: skip
def test_what_the_branch_names_is_approved_first_and_nothing_else(kind, outcome, chosen, needed):
    assert drafts.needed(kind, outcome, chosen) is needed


def test_a_change_is_shown_letter_by_letter_where_a_clause_was_changed():
    before, after = "貴公司可於三日內補件。逾期不予受理。", "貴公司可於五日內補件。逾期不予受理。謝謝。"
    assert drafts.changes(before, after) == (
        Part("same", "貴公司可於"), Part("out", "三"), Part("new", "五"), Part("same", "日內補件。逾期不予受理。"),
        Part("new", "謝謝。"),
    )  # fmt: skip
    assert drafts.changes(before, before) == (Part("same", before),)


@pytest.mark.parametrize(
    ("before", "after"), [("", "新"), ("舊", ""), ("的" * 4000, "得" * 4000), ("a\nb\nc", "a\nc\nb")]
)
def test_both_texts_can_be_read_off_what_was_changed(before, after):
    parts = drafts.changes(before, after)
    assert "".join(part.text for part in parts if part.kind != "new") == before
    assert "".join(part.text for part in parts if part.kind != "out") == after
