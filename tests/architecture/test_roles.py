"""Roles and steps stand in one table each: whoever asks, asks for a permission or a step by its name."""

import ast
import re

import pytest

from bot.api.steps import router as api_steps
from bot.web.case_steps import CASE_STEPS, of_path
from routing.domain.case import EventKind
from routing.domain.permissions import PERMISSIONS, Actor, Permission, Role, may, roles_with
from routing.domain.steps import STEPS, offered, permit
from tests.architecture.tree import ROOT, modules, shown
from tests.harness.branch import case_after, event


def test_no_template_names_a_role():
    named = re.compile(rf"""role\s*[!=]=|['"](?:{"|".join(Role)})['"]""")
    templates = [path for path in (ROOT / "bot").rglob("*.html") if "simulator" not in path.parts]
    assert templates
    assert [shown(path) for path in templates if named.search(path.read_text("utf-8"))] == []


def test_no_code_compares_with_a_role():
    named = re.compile(r"\bRole\.[A-Z]|\brole\s*(==|!=|in)")
    assert [
        f"{shown(path)}: {ast.unparse(node)}"
        for path, tree in modules("bot", "routing")
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare) and named.search(ast.unparse(node))
    ] == []


def test_every_role_stands_in_the_table_and_every_permission_is_somebody_s():
    assert set(PERMISSIONS) == {*Role, None}
    assert {permission for given in PERMISSIONS.values() for permission in given} == set(Permission)
    assert roles_with(Permission.ADMINISTER) == (Role.ADMIN,)


def test_a_word_that_is_no_permission_is_an_error_and_not_a_no():
    with pytest.raises(ValueError, match="administrate"):
        may("admin", "administrate")


def test_pages_and_api_have_the_steps_of_the_table():
    assert list(CASE_STEPS) == list(STEPS)
    paths = [route.path.partition("}/")[2] for route in api_steps.routes]
    own = [step.name for step in CASE_STEPS.values() if step.own_call]
    assert sorted([*own, *(step.name for path in paths for step in of_path(path))]) == sorted(STEPS)


ASKED = event(EventKind.EXTENSION_ASKED, 2, days=3, reason="x")
ON_AGENCY = event(EventKind.WAITING, 3, on="agency", agency="taipower")


@pytest.mark.parametrize(
    ("role", "events", "has", "lacks"),
    [
        (Role.OFFICER, [], {"reply", "note", "extension", "close"}, {"approval", "resume", "reopen"}),
        (Role.OFFICER, [ASKED], {"reply"}, {"extension", "approval"}),
        (Role.SUPERVISOR, [ASKED], {"approval", "extension"}, {"resume"}),
        (Role.ADMIN, [ON_AGENCY], {"resume", "consult"}, {"wait_firm", "wait_agency"}),
    ],
)
def test_what_may_i_do_now(role, events, has, lacks):
    case = case_after(*events)
    found = offered(case, Actor(name="a", email="a@kp.example", role=role, unit=case.unit), late=False)
    assert has <= set(found)
    assert not lacks & set(found)


def test_a_partner_answers_and_does_nothing_else():
    partner = Actor(name="t", email="tai@kp.example", role=Role.PARTNER, agency="taipower")
    assert offered(case_after(ON_AGENCY), partner, late=False) == {"note": {}}
    permit(partner, "note")
