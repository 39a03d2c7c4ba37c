"""A firm in a browser: in by a code or by its provider, to what is shared and nothing else, and out at once."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from bot.app import build_firm_provider
from bot.settings import SettingsError, load_settings
from routing.domain.permissions import Actor, Role
from routing.service.bindings import commands as bindings
from routing.service.bindings import mailing
from routing.service.cases import locked_case
from routing.service.firm_pages.cases import MOST
from routing.store.accounts.schema import Audit
from routing.store.bindings.schema import Binding, BindingCode, CaseShare, CodeMail
from routing.store.cases.schema import Case, Firm
from routing.store.conversation.schema import Contact, Media, Message
from routing.store.firm_pages.schema import FirmSession
from tests.harness.cast import email
from tests.harness.oidc_provider import CLIENT, SECRET, oidc_provider
from tests.harness.pages import Visitor
from tests.harness.service import MONDAY, Service

UBN, OTHER = "12345675", "04595257"
ON = {"ONESTOP_FIRM_PAGES": "on"}
SUE = Actor(name="Sue", email=email("sue"), role=Role.SUPERVISOR)


@pytest.fixture
def service(database_url):
    with Service(database_url, **ON) as service:
        yield service


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """One service for what reads and refuses."""
    with Service(f"sqlite:///{tmp_path_factory.mktemp('firm') / 'desk.db'}", **ON) as service:
        yield service


def opened(service, *, ubn=UBN, shared=True, **changes):
    number = service.opened(firm={"name": f"晴川{ubn[:2]}", "ubn": ubn}, **changes)
    if shared:
        with service.runtime.database.writing() as session:
            session.add(CaseShare(case_id=row(session, number).id, since=service.now))
    return number


def row(session, number):
    return session.scalars(select(Case).where(Case.number == number)).one()


def code_for(service, number):
    with service.runtime.writing() as (session, office):
        locked = locked_case.change(session, office, number, SUE, now=service.now)
        return bindings.issue_code(locked)[0]


def browser(service, number, ubn=UBN):
    """Somebody of the firm of a case, signed in by a code."""
    visitor = Visitor(service)
    page = visitor.ask("POST", "/firm/sign-in", data={"ubn": ubn, "code": code_for(service, number)})
    assert (page.status, page.path) == (200, "/firm"), page.text
    return visitor


def all_of(service, table):
    with service.runtime.database.reading() as session:
        return list(session.scalars(select(table)))


def test_a_code_leads_to_what_is_shared_and_to_nothing_else(service):
    shared = opened(service, text="屋頂漏水，請派員。", subject="屋頂漏水")
    kept = opened(service, shared=False, text="不分享的事", subject="不分享的事")
    secret = opened(service, text="檢舉的事", subject="檢舉的事")
    service.post("sue", f"/cases/{secret}/confidential", {"confidential": True})
    others = opened(service, ubn=OTHER, text="別家的事", subject="別家的事")
    service.post("sue", f"/cases/{shared}/messages", {"text": "師傅週五到場。", "via": "phone"})
    service.post("sue", f"/cases/{shared}/messages", {"text": "廠商態度不佳", "internal": True})
    visitor = browser(service, shared)
    page = visitor.get("/firm")
    assert ("屋頂漏水" in page.text, "晴川12" in page.text) == (True, True)
    assert [words for words in ("不分享的事", "檢舉的事", "別家的事") if words in page.text] == []
    assert page.outline.broken_rules() == []
    case = visitor.get(f"/firm/cases/{shared}")
    assert [words for words in ("屋頂漏水，請派員。", "師傅週五到場。", "預定回復日") if words not in case.text] == []
    assert "廠商態度不佳" not in case.text
    assert case.outline.broken_rules() == []
    for number in (kept, secret, others, "KP-1150101-9999", "x"):
        hidden = visitor.get(f"/firm/cases/{number}")
        assert (hidden.status, "查無這件案件" in hidden.text) == (404, True)
        sent = visitor.ask("POST", f"/firm/cases/{number}/words", data={"text": "不該收下"}, files={"file": ("", b"")})
        assert sent.status == 404
    assert [one for one in all_of(service, Message) if one.text == "不該收下"] == []
    for path in ("/desk", "/desk/cases", f"/desk/cases/{shared}", "/desk/admin/staff"):
        assert visitor.get(path, follow=False).status == 303
    assert service.ask("GET", "/api/v1/cases", headers={"Cookie": f"firm={visitor.cookies['firm']}"}).status_code == 401


def test_a_case_is_gone_when_it_is_shared_no_more_and_everything_when_the_binding_ends(service):
    number = opened(service)
    visitor = browser(service, number)
    with service.runtime.database.writing() as session:
        session.delete(session.get(CaseShare, row(session, number).id))
    assert visitor.get(f"/firm/cases/{number}").status == 404
    binding = all_of(service, Binding)[0]
    sue = Visitor(service, "sue")
    page = sue.get(f"/desk/cases/{number}")
    assert "網頁登入" in page.text
    assert sue.send(page, f"/bindings/{binding.id}/end").status == 200
    gone = visitor.get("/firm", follow=False)
    assert (gone.status, gone.answer.headers["location"]) == (303, "/firm/sign-in")
    again = browser(service, number)
    assert again.get("/firm").status == 200
    assert len(all_of(service, Contact)) == len({one.contact_id for one in all_of(service, Binding)})


def test_words_and_files_reach_the_officer_and_what_may_not_be_kept_does_not(service):
    number = opened(service)
    visitor = browser(service, number)
    page = visitor.get(f"/firm/cases/{number}")
    assert page.form("/words")
    sent = visitor.ask(
        "POST", f"/firm/cases/{number}/words", data={"text": "身分證 A123456789 的人會到場。"},
        files={"file": ("平面圖.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "application/pdf")},
    )  # fmt: skip
    assert ("已送出" in sent.text, "已遮蔽" in sent.text) == (True, True), sent.text
    case = service.get("sue", f"/cases/{number}").json()
    last = case["messages"][-1]
    assert (last["direction"], "A123456789" in last["text"], "會到場" in last["text"]) == ("in", False, True)
    assert [one.file_name for one in all_of(service, Media)] == ["平面圖.pdf"]
    with service.runtime.database.reading() as session:
        trail = [one.action for one in session.scalars(select(Audit).order_by(Audit.id)) if one.actor == "廠商"]
    assert trail == ["firm.bound", "firm.sign_in", "case.file", "case.firm_words"]
    empty = visitor.ask("POST", f"/firm/cases/{number}/words", data={"text": " "}, files={"file": ("", b"")})
    assert (empty.status, "請填寫內容或選擇檔案" in empty.text) == (422, True)
    odd = visitor.ask(
        "POST", f"/firm/cases/{number}/words", data={"text": "留著"}, files={"file": ("a.exe", b"MZ\x90\x00")}
    )
    assert (odd.status, "檔案未收下" in odd.text, "留著" in odd.text) == (422, True, True)
    assert f"/firm/cases/{number}?lang=en" in odd.outline.links
    service.post("sue", f"/cases/{number}/messages", {"text": "已說明。", "via": "phone"})
    service.post("sue", f"/cases/{number}/close", {"outcome": "answered", "summary": "完成"})
    closed = visitor.ask("POST", f"/firm/cases/{number}/words", data={"text": "還有"}, files={"file": ("", b"")})
    assert (closed.status, "案件已辦結" in closed.text) == (422, True)


def test_a_browser_may_not_write_without_end(quick):
    number = opened(quick)
    visitor = browser(quick, number)
    for at in range(MOST + 1):
        page = visitor.ask(
            "POST", f"/firm/cases/{number}/words", data={"text": f"第 {at} 則"}, files={"file": ("", b"")}
        )
    assert (page.status, "補充次數過多" in page.text) == (422, True)


def rules(page):
    """What is broken but that the page is in another language than the desk."""
    return [one for one in page.outline.broken_rules() if not one.startswith("lang ")]


def test_three_languages_as_chosen_or_as_the_browser_prefers(quick):
    number = opened(quick)
    visitor = browser(quick, number)
    for language, words in {"en": "Your company's cases", "ja": "案件の確認", "zh-TW": "案件查詢"}.items():
        page = visitor.get(f"/firm?lang={language}")
        assert (words in page.text, rules(page)) == (True, [])
        assert words in visitor.get(f"/firm/cases/{number}").text
    japanese = Visitor(quick).ask("GET", "/firm/sign-in", headers={"Accept-Language": "ja-JP,ja;q=0.9"})
    assert ("ログイン" in japanese.text, rules(japanese)) == (True, [])


def test_a_code_is_good_once_and_guesses_end_by_address_without_killing_it(service):
    number = opened(service)
    code = code_for(service, number)
    visitor = Visitor(service)
    for _ in range(20):
        refused = visitor.ask("POST", "/firm/sign-in", data={"ubn": UBN, "code": "AAAA-CCCC"})
        assert (refused.status, "不符" in refused.text) == (401, True)
    assert visitor.ask("POST", "/firm/sign-in", data={"ubn": UBN, "code": code}).status == 401
    assert [one.wrong for one in all_of(service, BindingCode)] == [0]
    service.later(minutes=20)
    assert (
        visitor.ask("POST", "/firm/sign-in", data={"ubn": UBN, "code": code.lower().replace("-", " ")}).path == "/firm"
    )
    assert Visitor(service).ask("POST", "/firm/sign-in", data={"ubn": UBN, "code": code}).status == 401
    assert Visitor(service).ask("POST", "/firm/sign-in", data={"ubn": OTHER, "code": code}).status == 401


def test_a_session_ends_unused_after_its_life_and_by_signing_out(service):
    number = opened(service)
    visitor = browser(service, number)
    service.later(minutes=29)
    assert visitor.get("/firm", follow=False).status == 200
    service.later(minutes=29)
    assert visitor.get("/firm", follow=False).status == 200
    service.later(minutes=31)
    assert visitor.get("/firm", follow=False).status == 303
    again = browser(service, number)
    kept = dict(again.cookies)
    assert again.ask("POST", "/firm/sign-out").path == "/firm/sign-in"
    again.cookies = kept
    assert again.get("/firm", follow=False).status == 303
    assert all(one.token_sha256 not in kept["firm"] for one in all_of(service, FirmSession))


def test_a_code_by_mail_goes_to_the_address_on_record_and_the_answer_tells_nothing(database_url):
    mail = {"ONESTOP_SMTP_URL": "smtp://127.0.0.1:9", "ONESTOP_SMTP_FROM": "kp@example.com"}
    with Service(database_url, **ON, **mail) as service:
        number = opened(service)
        with service.runtime.writing() as (session, office):
            locked = locked_case.change(session, office, number, SUE, now=service.now)
            mailing.set_address(locked, "office@firm.example")
        answers = [
            Visitor(service).ask("POST", "/firm/code", data={"ubn": ubn}).html for ubn in (UBN, OTHER, "1", "x" * 500)
        ]
        assert len(set(answers)) == 1
        for _ in range(5):
            Visitor(service).ask("POST", "/firm/code", data={"ubn": UBN})
        assert [(one.to_address, one.state) for one in all_of(service, CodeMail)] == [
            ("office@firm.example", "pending")
        ] * 3
        assert all("網頁" in one.body and "LINE" not in one.body for one in all_of(service, CodeMail))


def test_there_is_nothing_unless_it_is_on(tmp_path):
    with Service(f"sqlite:///{tmp_path / 'off.db'}") as service:
        for path in ("/firm", "/firm/sign-in", "/firm/oidc", "/firm/cases/KP-1150101-0001"):
            assert service.ask("GET", path).status_code == 404
        for path in ("sign-in", "code", "sign-out", "cases/KP-1150101-0001/words"):
            assert service.ask("POST", f"/firm/{path}", data={"ubn": UBN}).status_code == 404


CLAIM = {"ONESTOP_FIRM_OIDC_CLAIM": "uniform_id"}


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """The product and a provider of firms, both by the product's clock."""
    clock = []
    url = f"sqlite:///{tmp_path_factory.mktemp('firm-oidc') / 'desk.db'}"
    with oidc_provider(lambda: clock[0].now if clock else MONDAY) as provider:
        provider.back = "http://127.0.0.1:8000/firm/oidc/back"
        given = {"ISSUER": provider.url, "CLIENT_ID": CLIENT, "CLIENT_SECRET": SECRET}
        with Service(
            url, **ON, **CLAIM, **{f"ONESTOP_FIRM_OIDC_{name}": value for name, value in given.items()}
        ) as service:
            clock.append(service)
            yield service, provider


def through(service, provider):
    visitor = Visitor(service)
    left = visitor.get("/firm/oidc", follow=False)
    back = urlsplit(provider.visit(left.answer.headers["location"]))
    return visitor, visitor.get(f"{back.path}?{back.query}")


def test_the_provider_says_for_which_firm_somebody_speaks(both):
    service, provider = both
    number = opened(service)
    provider.claims = {"sub": "moea-1", "uniform_id": UBN, "name": "王小姐"}
    visitor, page = through(service, provider)
    assert (page.path, visitor.get(f"/firm/cases/{number}").status) == ("/firm", 200)
    through(service, provider)
    with service.runtime.database.reading() as session:
        people = [
            one.display_name for (one,) in session.execute(select(Contact).where(Contact.display_name == "王小姐"))
        ]
    assert people == ["王小姐"]
    provider.claims = {"sub": "moea-1", "uniform_id": OTHER, "name": "王小姐"}
    opened(service, ubn=OTHER)
    moved, page = through(service, provider)
    assert (page.path, moved.get(f"/firm/cases/{number}").status) == ("/firm", 404)
    assert visitor.get("/firm", follow=False).status == 303, (
        "whoever speaks for another firm now does so no more for this"
    )


@pytest.mark.parametrize(
    ("claims", "said"),
    [
        ({"sub": "s"}, "登入未完成"), ({"sub": "s", "uniform_id": 12345675}, "登入未完成"),
        ({"sub": "s", "uniform_id": "1234567"}, "登入未完成"),
        ({"sub": "s", "uniform_id": "12345674"}, "沒有這個統一編號"),
        ({"sub": "s", "uniform_id": "53212539"}, "沒有這個統一編號"), ({"sub": "", "uniform_id": UBN}, "登入未完成"),
    ],
)  # fmt: skip
def test_what_the_provider_does_not_say_signs_nobody_in(both, claims, said):
    service, provider = both
    service.later(minutes=20)
    provider.claims = claims
    visitor, page = through(service, provider)
    assert (page.path.partition("?")[0], said in page.text) == ("/firm/sign-in", True), page.text
    assert "firm" not in visitor.cookies


def test_half_of_its_settings_is_refused_at_the_start(tmp_path):
    given = {"ONESTOP_FIRM_OIDC_ISSUER": "https://id.example", "ONESTOP_FIRM_OIDC_CLIENT_ID": "x",
             "ONESTOP_FIRM_OIDC_CLIENT_SECRET": "y", **CLAIM, **ON}  # fmt: skip
    for missing in given:
        settings = load_settings({}, _env_file=None, **{name: one for name, one in given.items() if name != missing})
        with pytest.raises(SettingsError):
            build_firm_provider(settings)
    assert build_firm_provider(load_settings({}, _env_file=None, **given)) is not None
    assert build_firm_provider(load_settings({}, _env_file=None)) is None


def test_a_name_that_the_firm_has_at_its_record_is_shown_and_no_other(quick):
    number = opened(quick)
    with quick.runtime.database.reading() as session:
        firm = session.scalars(select(Firm).where(Firm.ubn == UBN)).one()
    assert firm.name in browser(quick, number).get("/firm").text
