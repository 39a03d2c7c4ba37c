"""What a first working day brings: sessions that end while writing, pages loaded again, two people on one case."""

import pytest

from bot.web import pending_form
from bot.web.words import WORDS
from routing.domain.permissions import Role
from routing.service.accounts import authentication
from routing.service.accounts.passwords import hash_password
from tests.harness.cast import email
from tests.harness.pages import Visitor
from tests.harness.service import Service

PASSWORD = "a good long password"
WRITTEN = "您好，本案租金可分期，\n請於 12 月 5 日前來文申請。"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with Service(f"sqlite:///{tmp_path_factory.mktemp('review') / 'desk.db'}") as service:
        with service.runtime.database.writing() as session:
            authentication.add_staff(
                session, email=email("may"), name="May", role=Role.SUPERVISOR, unit="用地工程科", categories=(),
                agency=None, password=hash_password(PASSWORD), now=service.now,
            )  # fmt: skip
        yield service


@pytest.fixture
def may(service):
    return Visitor(service, "may")


def timed_out(service, visitor, page, action, **typed):
    """Fill in a form, stay away for too long, and send it."""
    service.later(minutes=31)
    return visitor.send(page, action, **typed)


def sign_in(visitor, page, password=PASSWORD):
    return visitor.send(page, "/desk/sign-in", email=email("may"), password=password)


def test_words_typed_when_the_session_ended_are_there_after_signing_in_and_go_where_they_were_meant(service, may):
    number = service.opened()
    stopped = timed_out(service, may, may.get(f"/desk/cases/{number}"), "/reply", text=WRITTEN, via="phone")
    assert stopped.status == 401
    assert "剛才的內容還沒有送出" in stopped.text
    mistyped = sign_in(may, stopped, "not the password")
    assert mistyped.status == 401
    back = sign_in(may, mistyped)
    assert "還沒有送出" in back.text
    assert "租金可分期" in back.text
    assert not back.outline.broken_rules()
    sent = may.send(back, f"/desk/cases/{number}/reply")
    assert (sent.status, sent.path.split("?")[0]) == (200, f"/desk/cases/{number}")
    assert "租金可分期" in sent.text


def test_words_kept_over_a_sign_in_do_not_go_past_what_others_did_meanwhile(service, may):
    number = service.opened()
    page = may.get(f"/desk/cases/{number}")
    service.post("sue", f"/cases/{number}/messages", {"text": "由我處理", "internal": True})
    back = sign_in(may, timed_out(service, may, page, "/reply", text=WRITTEN, via="phone"))
    refused = may.send(back, f"/desk/cases/{number}/reply")
    assert refused.status == 412
    assert refused.form("/reply").fields["text"].strip() == WRITTEN
    assert "請重新整理" not in refused.text


def test_a_whole_form_is_kept_over_a_sign_in(service, may):
    stopped = timed_out(
        service, may, may.get("/desk/new"), "/desk/new", text="想租 50 坪", category="land", firm="示範精密"
    )  # fmt: skip
    entered = may.send(sign_in(may, stopped), "/desk/new")
    assert "想租 50 坪" in entered.text
    assert "示範精密" in entered.text


def test_passwords_are_not_carried_through_the_sign_in_page(service):
    service.later(minutes=1)
    visitor = Visitor(service)
    data = {"email": "new@kp.example", "name": "新同仁", "password": "a secret of somebody"}
    stopped = visitor.ask("POST", "/desk/admin/staff/add", data=data)
    assert stopped.status == 401
    assert "新同仁" in stopped.html
    assert "a secret of somebody" not in stopped.html


@pytest.mark.parametrize(
    "held",
    [
        "", "nonsense", "[]", "{}", '{"action": "/desk/new"}', '{"action": "/desk/new", "fields": {"a": 1}}',
        '{"action": "https://evil.example/desk/", "fields": {}}', '{"action": "//evil.example", "fields": {}}',
        '{"action": "/api/v1/cases", "fields": {}}', '{"action": 1, "fields": {}}',
    ],
)  # fmt: skip
def test_what_is_not_a_form_of_the_desk_is_not_offered_for_sending(held):
    assert pending_form.unpacked(held) is None


def test_a_form_is_packed_and_unpacked_unchanged():
    form = pending_form.PendingForm("/desk/cases/KP-1151116-0001/reply", {"text": WRITTEN, "via": "phone"})
    assert pending_form.unpacked(form.packed()) == form


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/desk/cases/KP-1151116-0001/reply", "/desk/cases/KP-1151116-0001"),
        ("/desk/deliveries/12/resend", "/desk/deliveries"),
        ("/desk/admin/staff/add", "/desk/admin/staff"),
        ("/desk/sign-out", "/desk"),
    ],
)
def test_the_page_of_a_form_is_found_from_where_it_is_sent(path, page):
    assert pending_form.page_of(path) == page


def test_loading_a_refused_page_again_shows_its_case(service, may):
    number = service.opened()
    service.later(minutes=1)
    may = Visitor(service, "may")
    refused = may.step(number, "reply", text=" ")
    assert refused.status == 422
    again = may.get(f"/desk/cases/{number}/reply")
    assert (again.status, again.path) == (200, f"/desk/cases/{number}")


def test_after_signing_in_the_asked_page_keeps_its_question(service):
    asked = Visitor(service).get("/desk/turnaround?from=2026-10-01&to=2026-10-31&kind=PET")
    assert asked.form("/desk/sign-in").fields["next"] == "/desk/turnaround?from=2026-10-01&to=2026-10-31&kind=PET"


def test_an_open_queue_whose_session_ended_leads_back_to_the_page_not_to_a_part_of_it(service):
    landed = Visitor(service).get(
        "/desk/sign-in?next=/desk/queue",
        headers={"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1:8000/desk?view=all"},
    )
    assert landed.answer.headers["hx-redirect"] == "/desk/sign-in?next=/desk%3Fview%3Dall"


def test_the_audit_trail_has_words_for_what_the_command_line_does():
    assert {"retention.run", "calendar.import", "password.change"} <= WORDS["action"].keys()


def test_a_closure_is_withdrawn_only_after_asking(service):
    adam = Visitor(service, "adam")
    page = adam.send(
        adam.get("/desk/admin/calendar"),
        "/calendar/close",
        day="2026-11-20",
        county="高雄市",
        part="full",
        source="公告",
    )
    assert "確定撤回" not in page.text
    asked = adam.send(page, "/calendar/preview-withdrawal")
    assert "確定撤回" in asked.text


def test_an_extension_that_waits_for_approval_stands_first_in_the_queue_of_those_who_decide(service):
    number = service.opened()
    service.post("alice", f"/cases/{number}/extension", {"days": 2, "reason": "需現勘"})
    led = Visitor(service, "sue").get("/desk").html
    assert led.index('id="group-approval"') < led.index(number)
    assert led.count(f">{number}<") <= 1
    assert 'id="group-approval"' not in Visitor(service, "alice").get("/desk").html


def test_an_answer_given_by_telephone_is_not_followed_by_the_advice_to_telephone(service):
    sent = Visitor(service, "alice").step(service.opened(), "reply", text="已在電話中說明。", via="phone")
    assert "已登錄回復" in sent.text
    assert "請以電話" not in sent.text


def test_the_list_behind_a_figure_of_days_says_what_each_case_adds(service):
    number = service.opened()
    service.post("alice", f"/cases/{number}/messages", {"text": "已說明", "via": "phone"})
    service.post("alice", f"/cases/{number}/close", {"outcome": "answered", "summary": "完成"})
    day = f"{service.now:%Y-%m-%d}"
    page = Visitor(service, "sue").get(f"/desk/turnaround/cases?from={day}&to={day}&figure=days_used")
    assert number in page.text
    assert "0.5 日" in page.text
    assert "0.5 日" not in Visitor(service, "sue").get(f"/desk/turnaround/cases?from={day}&to={day}&figure=closed").text
