"""What an officer writes reaches an English or Japanese firm beside a translation, or marked as the original."""

import pytest

from routing.domain.case import Outcome
from routing.domain.errors import Invalid
from routing.domain.messages import from_plain
from routing.service.cases import commands as case_commands
from routing.service.cases import extensions, translations
from tests.harness.branch import importable, push
from tests.harness.cast import ALICE, SUE
from tests.harness.chat import words_of
from tests.harness.pages import Visitor
from tests.harness.service import Service

TEXT = "請提供最近一期的租約影本。"
MARKS = {"en": "[Original, in Chinese]", "ja": "【中国語の原文】"}


@pytest.fixture(params=["en", "ja"])
def language(request):
    return request.param


@pytest.fixture
def number(branch, language):
    number = branch.open(contact_id=branch.contact(language=language))
    branch.later(1)
    return number


def _last(branch, reason):
    return words_of(from_plain(next(row for row in reversed(branch.outbox()) if row.reason == reason).payload))


def _does(branch, number, step, translation):
    """One step of an officer with a text that the firm reads; gives the reason of its notice."""
    with branch.hold(number, SUE if step == "extended" else ALICE) as locked:
        if step == "replied":
            case_commands.reply(locked, TEXT, notify=push, translation=translation)
        elif step == "waiting_firm":
            case_commands.wait(locked, "firm", message=TEXT, notify=push, translation=translation)
        elif step == "extended":
            extensions.ask(locked, 2, reason=TEXT, notify=push, translation=translation)
        else:
            case_commands.close(locked, Outcome.DECLINED, summary=TEXT, notify=push, translation=translation)
    return step


STEPS = ["replied", "waiting_firm", "extended", "closed"]


@pytest.mark.parametrize("step", STEPS)
def test_chinese_without_a_translation_is_marked_as_the_original(branch, number, language, step):
    assert f"{MARKS[language]}\n{TEXT}" in _last(branch, _does(branch, number, step, None))


@pytest.mark.parametrize("step", STEPS)
def test_a_translation_comes_first_and_the_original_once_behind_it(branch, number, language, step):
    read = _last(branch, _does(branch, number, step, "A copy of the lease, please."))
    assert f"A copy of the lease, please.\n\n{MARKS[language]}\n{TEXT}" in read
    assert read.count(TEXT) == 1
    if step in {"replied", "closed"}:
        importable(branch, number)


def test_words_in_the_firm_s_own_language_are_not_marked(branch, number, language):
    own = {"en": "Please send a copy of the lease.", "ja": "契約書の写しをお送りください。"}[language]
    with branch.hold(number, ALICE) as locked:
        case_commands.reply(locked, own, notify=push)
    assert MARKS[language] not in _last(branch, "replied")


def test_a_supervisor_s_approval_sends_the_translation_that_the_officer_wrote(branch, number, language):
    with branch.hold(number, ALICE) as locked:
        extensions.ask(locked, 2, reason=TEXT, notify=push, translation="We are still asking.")
    with branch.hold(number, SUE) as locked:
        extensions.decide(locked, approve=True, note="", notify=push)
    assert f"We are still asking.\n\n{MARKS[language]}\n{TEXT}" in _last(branch, "extended")


def test_a_translation_nobody_would_read_or_that_is_too_long_is_refused(branch, number):
    chinese = branch.open(contact_id=branch.contact("U2"))
    for case, text in ((chinese, "Yes."), (number, "x" * (translations.LONGEST + 1))):
        with pytest.raises(Invalid, match="譯文"), branch.hold(case, ALICE) as locked:
            case_commands.reply(locked, TEXT, notify=push, translation=text)


def test_a_chinese_firm_reads_chinese_unmarked(branch):
    number = branch.open(contact_id=branch.contact("U3"))
    assert "原文" not in _last(branch, _does(branch, number, "replied", None))


def test_page_and_api_take_the_translation_and_the_page_offers_it_to_foreign_firms_alone(database_url):
    with Service(database_url) as service:
        english = service.opened(language="en")
        reply = {"text": TEXT, "via": "phone", "translation": "The lease, please."}
        assert service.post("alice", f"/cases/{english}/messages", reply).status_code == 201
        kept = service.get("alice", f"/cases/{english}").json()["messages"][-1]["text"]
        assert kept == f"The lease, please.\n\n{MARKS['en']}\n{TEXT}"
        note = {"text": TEXT, "internal": True, "translation": "x"}
        assert service.post("alice", f"/cases/{english}/messages", note).status_code == 422
        visitor = Visitor(service, "alice")
        assert "英文譯文" in visitor.get(f"/desk/cases/{english}").text
        assert "譯文" not in visitor.get(f"/desk/cases/{service.opened()}").text
