"""The audit trail: sealed, searched, taken away, verified by command and page, erased from its beginning."""

import io
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from bot.__main__ import main
from routing.domain.errors import Forbidden, Invalid
from routing.service.accounts import audit_trail
from routing.service.accounts.audit_trail import Search
from routing.service.maintenance import retention
from routing.service.maintenance.retention import Periods
from routing.store.accounts import queries as account_store
from routing.store.accounts.schema import Audit
from tests.harness.few_entries import actor
from tests.harness.pages import Visitor
from tests.harness.service import Service


@pytest.fixture
def service(database_url):
    """Nothing of how its people came about stands in the trail."""
    with Service(database_url) as service:
        with service.runtime.writing() as (session, _):
            session.execute(delete(Audit))
        yield service


def wrote(service, count, *, days_ago=0, action="case.note", who="alice@kp.example"):
    with service.runtime.writing() as (session, _):
        for number in range(count):
            account_store.audit(
                session, at=service.now - timedelta(days=days_ago), actor=who, action=action,
                subject=f"KP-1151116-{number:04}", detail={"number": number},
            )  # fmt: skip


def verified(service):
    with service.runtime.reading() as (session, _):
        return audit_trail.verify(session, now=service.now)


def test_entries_are_sealed_in_parts_and_each_way_to_tamper_is_found(service):
    wrote(service, audit_trail.PART + 7)
    assert audit_trail.seal_new(service.runtime.database) == audit_trail.PART + 7
    assert audit_trail.seal_new(service.runtime.database) == 0
    assert verified(service).found.problem is None
    for change, problem in (
        (update(Audit).where(Audit.place == 5).values(actor="mallory"), "changed"),
        (update(Audit).where(Audit.place == 5).values(actor="alice@kp.example", detail={"number": 9}), "changed"),
        (delete(Audit).where(Audit.place == 5), "missing"),
    ):
        with service.runtime.writing() as (session, _):
            session.execute(change)
        found = verified(service).found
        assert (found.problem, found.at_place, found.entries) == (problem, 5, 4)


def test_two_workers_that_seal_at_once_make_one_chain(service):
    wrote(service, 40)
    with ThreadPoolExecutor(4) as pool:
        sealed = sum(pool.map(lambda _: audit_trail.seal_new(service.runtime.database), range(4)))
    assert sealed == 40
    assert verified(service).found.entries == 40


def test_what_is_over_is_erased_from_the_beginning_and_the_rest_is_still_a_chain(service):
    wrote(service, 30, days_ago=200)
    audit_trail.seal_new(service.runtime.database)
    wrote(service, 10)
    audit_trail.seal_new(service.runtime.database)
    with service.runtime.reading() as (session, _):
        old = audit_trail.head(session)
        assert retention.run(session, Periods(audit=180), now=service.now, dry_run=True)["audit"] == 30
    erased = retention.run_beside_service(service.runtime, Periods(audit=180), now=service.now)
    assert erased["audit"] == 30
    audit_trail.seal_new(service.runtime.database)
    state = verified(service)
    assert (state.found.problem, state.found.entries) == (None, 11)
    with service.runtime.reading() as (session, _):
        assert audit_trail.holds(session, f"{old.place}:{old.seal}")
        assert not audit_trail.holds(session, f"{old.place}:{'1' * 64}")
        with pytest.raises(Invalid, match="保存期限"):
            audit_trail.holds(session, f"3:{'1' * 64}")


def test_nothing_that_has_no_seal_yet_is_erased(service):
    wrote(service, 3, days_ago=200)
    with service.runtime.writing() as (session, _):
        assert retention.run(session, Periods(audit=180), now=service.now)["audit"] == 0
    erased = retention.run_beside_service(service.runtime, Periods(audit=180), now=service.now)
    assert erased["audit"] == 3, "it seals first"


def test_an_entry_that_waits_for_its_seal_tells_that_no_worker_runs(service):
    wrote(service, 1)
    assert verified(service).waiting_since is None
    service.later(minutes=11)
    assert verified(service).waiting_since is not None


def test_the_page_searches_pages_exports_and_verifies(service):
    wrote(service, 60)
    wrote(service, 1, action="staff.add", who="adam@kp.example", days_ago=40)
    audit_trail.seal_new(service.runtime.database)
    adam = Visitor(service, "adam")
    page = adam.get("/desk/admin/audit")
    assert page.outline.broken_rules() == []
    assert "較早的紀錄" in page.text
    found = adam.get("/desk/admin/audit?actor=adam&action=staff.add&from=2026-10-01&to=2026-10-31")
    assert found.text.count("adam@kp.example") >= 1
    assert "KP-1151116-0059" not in found.text
    assert "稽核軌跡完整：61 筆" in adam.get("/desk/admin/audit?verify=1").text
    csv = adam.get("/desk/admin/audit/file.csv?action=case.note").answer
    assert csv.headers["content-disposition"].startswith('attachment; filename="audit-')
    assert len(csv.content.decode("utf-8-sig").splitlines()) == 61
    for query in ("from=x", "from=2026-11-02&to=2026-11-01"):
        assert adam.get(f"/desk/admin/audit?{query}").status == 422
    assert Visitor(service, "sue").get("/desk/admin/audit/file.csv", follow=False).status == 403
    with service.runtime.reading() as (session, _), pytest.raises(Forbidden):
        audit_trail.page(session, actor("sue"), Search())


def test_the_command_says_the_head_and_names_what_was_changed(service, tmp_path, monkeypatch, capsys):
    wrote(service, 5)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONESTOP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.settings.database_url)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    def run(*words):
        with pytest.raises(SystemExit) as left:
            main(["audit", "verify", *words])
        said = capsys.readouterr()
        return left.value.code, said.out + said.err

    code, said = run()
    assert (code, "稽核軌跡完整：5 筆" in said) == (0, True)
    with service.runtime.reading() as (session, _):
        seal = session.scalars(select(Audit.seal).where(Audit.place == 5)).one()
    assert run("--head", f"5:{seal}")[0] == 0
    assert run("--head", f"5:{'0' * 64}")[0] == 1
    assert run("--head", "nonsense")[0] == 2
    with service.runtime.writing() as (session, _):
        session.execute(update(Audit).where(Audit.place == 2).values(subject="KP-1151116-9999"))
    code, said = run()
    assert (code, "第 2 筆遭更動" in said) == (1, True)
