"""Periods of keeping that are set at the desk: tried out first, with a ground, audited, kept to by the daily run."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from routing.service.maintenance import daily, keeping, retention
from routing.service.maintenance.retention import Periods
from routing.store.accounts.schema import Audit
from routing.store.conversation.schema import Message
from tests.harness.branch import add_contact
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def test_a_period_is_tried_out_then_set_at_the_desk_and_the_daily_run_keeps_to_it(service):
    """Issue: retention by kind set at the desk, dry run first."""
    adam, form = Visitor(service, "adam"), {"kept": "chat", "days": "30", "why": "分局檔案保存年限表"}
    with service.runtime.writing() as (session, _office):
        person = add_contact(session, now=service.now - timedelta(days=400))
        session.add_all(
            Message(contact_id=person, direction="in", kind="text", text="閒聊", via="line",
                    at=service.now - timedelta(days=days)) for days in (10, 40, 50)
        )  # fmt: skip
        before = retention.run(session, Periods(chat=30), now=service.now, dry_run=True)["chat_messages"]
    unseen = adam.ask("POST", "/desk/admin/keeping/set", data=form)
    assert (unseen.status, "請先試算" in unseen.text) == (422, True)
    shown = adam.ask("POST", "/desk/admin/keeping/preview", data=form)
    assert f"<strong>{before} 筆</strong>" in shown.html
    assert before >= 2
    few = adam.ask("POST", "/desk/admin/keeping/set", data={**form, "seen": "0"})
    assert few.status == 422
    done = adam.ask("POST", "/desk/admin/keeping/set", data={**form, "seen": str(before)})
    assert "已訂定保存期限" in done.text
    page = adam.get("/desk/admin/keeping").text
    assert "分局檔案保存年限表" in page
    again = adam.ask("POST", "/desk/admin/keeping/set", data={**form, "seen": str(before)})
    assert again.status == 409
    with service.runtime.reading() as (session, _office):
        assert keeping.in_force(session, Periods(chat=900, sent=7)) == Periods(chat=30, sent=7)
        told = session.scalars(select(Audit).where(Audit.action == "retention.period")).one()
        assert (told.subject, told.detail) == ("chat", {"before": None, "after": 30})
    daily.run(service.runtime, Periods(chat=900), service.runtime.files, now=service.now)
    with service.runtime.reading() as (session, _office):
        assert retention.run(session, Periods(chat=30), now=service.now, dry_run=True)["chat_messages"] == 0
    emptied = adam.ask("POST", "/desk/admin/keeping/set", data={**form, "days": "", "seen": "0"})
    assert "已訂定保存期限" in emptied.text
    with service.runtime.reading() as (session, _office):
        assert keeping.in_force(session, Periods(chat=900)).chat == 900


@pytest.mark.parametrize(
    "form",
    [{"kept": "audit", "days": "179"}, {"kept": "files", "days": "3"}, {"kept": "cases", "days": "3"},
     {"kept": "chat", "days": "0"}, {"kept": "chat", "days": "99999"}, {"kept": "chat", "days": "x"}],
)  # fmt: skip
def test_a_period_that_may_not_be_set_is_refused_with_its_field(service, form):
    for deed in ("preview", "set"):
        data = {**form, "why": "依據", "seen": "9"}
        assert Visitor(service, "adam").ask("POST", f"/desk/admin/keeping/{deed}", data=data).status == 422
