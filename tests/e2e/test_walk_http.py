"""The whole line over HTTP: a firm on LINE, its officer by the API, a supervisor's numbers; on both deployments."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from knowledge.calendar.office_calendar import load_calendar, local
from knowledge.offices.directory import load_offices
from knowledge.wording import load_sentences
from routing.domain.messages import postback
from routing.service.cases import histories
from routing.service.office_context import OfficeContext
from routing.store.session import Database
from tests.harness import local_http
from tests.harness.cast import email
from tests.harness.databases import migrated_file
from tests.harness.product import Product
from tests.harness.samples import picture
from tests.harness.simulator import Phone, actions, number_in, words
from tests.harness.waiting import eventually

QUESTION = "租地要繳多少預約金"
MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"
PHOTO = base64.b64encode(picture("PNG")).decode()


def test_the_whole_line(deployed: Product) -> None:
    """Every step over HTTP; L20: the photo is fetched at once and can be opened from the case."""
    firm = deployed.line.person(follow=False)
    number = _the_firm_opens_a_case(firm)
    case = deployed.api("sue", "GET", f"/cases/{number}")
    officer = case["assignee"].partition("@")[0]
    assert (case["status"], case["channel"], case["firm"]["name"]) == ("assigned", "line", "晴川精密有限公司")
    assert [message["kind"] for message in case["messages"]] == ["image", "text"]
    assert case["first_contact_at"] <= case["received_at"]
    _the_photo_is_there(deployed, officer, number)
    _the_officer_works_on_it(deployed, firm, officer, number)
    _it_counts_once(deployed, closed=1, open_at_end=0)
    _the_firm_has_the_last_word(deployed, firm, number)
    _it_counts_once(deployed, closed=1, open_at_end=1)
    deployed.settled()
    assert deployed.api("sue", "GET", "/deliveries", state="dead")["items"] == []
    assert deployed.api("sue", "GET", "/deliveries", state="unknown")["items"] == []


def _the_firm_opens_a_case(firm: Phone) -> str:
    firm.do("follow")
    assert "單一窗口" in words(*firm.answer_after(0))
    first = next(bubble for bubble in firm.bubbles() if bubble["from"] == "bot")
    assert "/privacy" in words(first["message"]), "the privacy notice comes before all else"
    answer = firm.say(QUESTION)
    assert firm.received()[-1]["via"] == "reply"
    assert "查核" in words(*answer) or "日期" in words(*answer)
    assert any(action["type"] == "uri" for action in actions(answer[0])), "the answer names its source"
    firm.button("helpful")
    firm.tap("helpful")
    seen = len(firm.received())
    firm.do("image", base64=PHOTO, mediaType="image/png")
    assert "open_case" in str(actions(firm.answer_after(seen)[-1])), "a photo without words is asked about first"
    assert "請專人協助" in words(*firm.say(MATTER)), "what is not known is offered to a person"
    assert len(firm.notices()) == 1, "the notice comes with the first contact only"
    assert "統一編號" in words(*firm.tap("open_case"))
    assert "/privacy" in words(firm.bubbles()[-2]["message"]), "and once more before the first question"
    assert len(firm.notices()) == 2
    assert "聯絡人" in words(*firm.say("晴川精密有限公司"))
    assert "電話" in words(*firm.say("陳小姐"))
    assert "園區" in words(*firm.say("07-3611212"))
    summary = words(*firm.tap("park", id="nanzih")).replace("\u2060", "")  # LINE would make a link of the number.
    for part in (MATTER, "晴川精密有限公司", "陳小姐 07-3611212", "楠梓"):
        assert part in summary
    receipt = firm.tap("confirm_case")
    for part in ("服務案號", "承辦單位", "承辦人", "預定回復日", "依承辦單位回復為準"):
        assert part in words(*receipt)
    return number_in(receipt)


def _the_photo_is_there(product: Product, officer: str, number: str) -> None:
    def stored() -> dict[str, Any] | None:
        file: dict[str, Any] = product.api(officer, "GET", f"/cases/{number}")["messages"][0]["file"]
        return file if file["size"] is not None else None

    file = eventually(stored, what="the photo")
    answer = local_http.get(product.url + file["url"], headers={"Authorization": f"Bearer {product.tokens[officer]}"})
    assert (answer.content, file["type"]) == (base64.b64decode(PHOTO), "image/png")


def _the_officer_works_on_it(product: Product, firm: Phone, officer: str, number: str) -> None:
    def step(name: str, *, expect: int = 200, **body: object) -> tuple[str, str]:
        seen = len(firm.received())
        case = product.api(officer, "POST", f"/cases/{number}/{name}", body, expect=expect)
        return case["status"], words(*firm.answer_after(seen))

    status, told = step("messages", text="已請同仁下午到場查看。", expect=201)
    assert (status, "已請同仁下午到場查看。" in told) == ("in_progress", True)
    assert firm.received()[-1]["via"] == "push"
    status, told = step("wait", on="firm", message="請補：現場照片兩張、租約影本。")
    assert (status, "請補：現場照片兩張、租約影本。" in told) == ("waiting_firm", True)
    firm.say("租約影本在此，照片如前")
    case = product.api(officer, "GET", f"/cases/{number}")
    assert (case["status"], case["firm_answered"]) == ("waiting_firm", True)
    assert "繼續辦理" in words(*firm.tap("supplied", number=number))
    case = product.api(officer, "GET", f"/cases/{number}")
    assert (case["status"], case["waiting_on"], case["messages"][-1]["direction"]) == ("in_progress", None, "in")
    status, told = step("close", outcome="answered", summary="蓋板已更換，費用由本分局負擔。")
    assert (status, "蓋板已更換，費用由本分局負擔。" in told) == ("closed", True)
    product.settled()  # The request to rate comes as a message of its own.
    progress = words(*_progress(firm, number))
    for seen_by_firm in ("承辦人回復", "請您補件", "您補充了資料", "繼續辦理", "辦結"):
        assert seen_by_firm in progress


def _progress(firm: Phone, number: str) -> list[dict[str, object]]:
    seen = len(firm.received())
    firm.do("postback", data=postback("case", number=number))
    return firm.answer_after(seen)


def _the_firm_has_the_last_word(product: Product, firm: Phone, number: str) -> None:
    assert "謝謝您為「" in words(*firm.tap("rate", number=number, score="5"))
    assert "重新開啟" in words(*firm.tap("reopen", number=number))
    case = product.api("sue", "GET", f"/cases/{number}")
    assert (case["status"], case["reopened"]) == ("assigned", 1)


def _it_counts_once(product: Product, *, closed: int, open_at_end: int) -> None:
    today = local(datetime.now(UTC)).date().isoformat()  # noqa: TID251 - the product's clock is the machine's
    report = product.api("sue", "GET", "/turnaround", **{"from": today, "to": today, "by": "category"})
    assert (report["received"], report["closed"], report["reopened"]) == (1, closed, open_at_end)
    assert (report["open_at_start"], report["open_at_end"]) == (0, open_at_end)
    assert (report["closed_cases"], report["on_time"], report["late"]) == (1 - open_at_end, 1 - open_at_end, 0)
    assert report["days_used"]["n"] == 1 - open_at_end
    assert sum(group["received"] for group in report["groups"]) == 1


def test_the_case_goes_out_and_comes_in_again(deployed: Product, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Contract §6: export, import into an empty database, export again: the same lines."""
    firm = deployed.line.person()
    number = firm.open_case(MATTER)
    deployed.api("sue", "POST", f"/cases/{number}/messages", {"text": "已回復。", "via": "phone"}, expect=201)
    deployed.api("sue", "POST", f"/cases/{number}/wait", {"on": "firm", "message": "請補照片"})
    firm.say("照片之後補上")
    deployed.api("sue", "POST", f"/cases/{number}/close", {"outcome": "answered", "summary": "完成"})
    deployed.settled()
    lines = _export(Database(deployed.database_url))
    assert len(lines) == 1
    assert number in lines[0]
    other = Database(migrated_file(tmp_path_factory.mktemp("import") / "other.db"))
    now = datetime.now(UTC)  # noqa: TID251 - an import happens now
    with other.writing() as session:
        result = histories.import_histories(session, _office_context(), lines, skip_bad=False, now=now)
    assert (result.imported, result.refusals) == (1, ())
    assert _export(other) == lines
    assert email("sue") in lines[0]


def _export(database: Database) -> list[str]:
    with database.reading() as session:
        lines = list(histories.export(session))
    database.dispose()
    return lines


def _office_context() -> OfficeContext:
    return OfficeContext(
        agency_code="KP", base_url="http://127.0.0.1", calendar=load_calendar(), offices=load_offices(),
        sentences=load_sentences(),
    )  # fmt: skip
