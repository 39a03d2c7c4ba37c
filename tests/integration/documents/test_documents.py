"""公文: drafted whole or refused with what is missing, held against the DTD in use, numbered by hand or by file."""

from __future__ import annotations

import io
import zipfile

import pytest
from lxml import etree

from bot.web import letters as files
from bot.web.letter_form import form_in_use
from routing.domain import letters
from routing.domain.errors import Invalid
from tests.harness.pages import Visitor
from tests.harness.service import Service

WHOLE = {
    "agency_code": "A21000000X", "address": "高雄市前鎮區", "recipient": "晴川精密有限公司",
    "subject": "有關續租一案，請查照。", "points": ["復貴公司來詢。", "<請> 依 & 說明辦理。"],
    "to": ["晴川精密有限公司"], "copies": ["本分局用地工程科"],
}  # fmt: skip
RETURNED = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE 函 SYSTEM "104_2_utf8.dtd">
<函><發文日期><年月日>中華民國115年11月16日</年月日></發文日期><發文字號><字>經園高</字><文號><年度>115</年度><流水號>0001234</流水號></文號></發文字號>
<主旨><文字>{subject}</文字></主旨></函>"""


@pytest.fixture
def service(database_url):
    with Service(database_url) as service:
        yield service


def make(service, number, **changes):
    return service.post("alice", f"/cases/{number}/documents", {**WHOLE, **changes})


def send(service, number, document, body, who="alice"):
    return service.ask(
        "POST", f"/api/v1/cases/{number}/documents/{document}/returned", headers=service.headers(who),
        files={"file": ("a.xml", body)},
    )  # fmt: skip


def test_a_letter_that_lacks_something_is_refused_with_all_of_it(service):
    number = service.opened()
    refused = service.post("alice", f"/cases/{number}/documents", {"subject": "主旨"})
    assert (refused.status_code, refused.json()["code"]) == (422, "document_incomplete")
    assert refused.json()["detail"] == "公文尚缺：機關代碼、地址、受文者、說明、正本。"
    odd = make(service, number, speed="很快")
    assert (odd.status_code, odd.json()["code"]) == (422, "document_refused")
    assert make(service, number, agency_code="不是代碼").json()["field"] == "agency_code"
    assert service.get("alice", f"/cases/{number}/documents").json()["items"] == []


def test_the_file_is_what_the_dtd_allows_and_the_odt_says_the_same(service):
    number = service.opened()
    made = make(service, number)
    assert made.status_code == 201, made.text
    path = f"/cases/{number}/documents/{made.json()['id']}/file"
    xml = service.get("alice", f"{path}.xml")
    root = etree.fromstring(xml.content)
    assert root.getroottree().docinfo.system_url == "letter.dtd"
    assert form_in_use(service.runtime.settings.data_dir).dtd.validate(root)
    assert root.findtext("發文機關/機關代碼") == "A21000000X"
    assert [(one.get("序號"), one.findtext("文字")) for one in root.iter("條列")] == [
        ("一、", "復貴公司來詢。"), ("二、", "<請> 依 & 說明辦理。"),
    ]  # fmt: skip
    odt = zipfile.ZipFile(io.BytesIO(service.get("alice", f"{path}.odt").content))
    assert odt.infolist()[0].filename == "mimetype"
    assert odt.read("mimetype") == b"application/vnd.oasis.opendocument.text"
    words = "".join(etree.fromstring(odt.read("content.xml")).itertext())
    assert "主旨：有關續租一案，請查照。" in words
    assert "二、<請> 依 & 說明辦理。" in words
    assert "副本：本分局用地工程科" in words
    sizes = [
        {name.rpartition("}")[2]: value for name, value in one.attrib.items() if name.endswith(("size", "size-asian"))}
        for one in etree.fromstring(odt.read("content.xml")).iter("{*}text-properties")
    ]
    assert [one["font-size"] == one["font-size-asian"] for one in sizes] == [True] * len(sizes)
    assert "第1頁，共1頁" in "".join(etree.fromstring(odt.read("styles.xml")).itertext())
    assert service.get("alice", f"{path}.pdf").status_code == 404


def test_a_number_by_hand_stands_on_the_case_once(service):
    number = service.opened()
    document = make(service, number).json()["id"]
    path = f"/cases/{number}/documents/{document}/number"
    late = service.post("alice", path, {"doc_no": "經園高字第1150001234號", "sent_on": "2027-01-01"})
    assert (late.status_code, late.json()["field"]) == (422, "sent_on")
    done = service.post("alice", path, {"doc_no": "經園高字第1150001234號", "sent_on": "2026-11-16"}).json()
    assert (done["doc_no"], done["sent_on"], done["how"]) == ("經園高字第1150001234號", "2026-11-16", "hand")
    case = service.get("alice", f"/cases/{number}").json()
    assert case["refs"] == ["經園高字第1150001234號"]
    assert case["messages"][-1]["text"] == "公文已發文：經園高字第1150001234號，中華民國115年11月16日。"
    assert service.post("alice", path, {"doc_no": "乙字第1號"}).status_code == 409
    root = etree.fromstring(service.get("alice", f"/cases/{number}/documents/{document}/file.xml").content)
    assert [root.findtext(f"發文字號/{one}") for one in ("字", "文號/年度", "文號/流水號")] == [
        "經園高", "115", "0001234",
    ]  # fmt: skip
    trail = Visitor(service, "adam").get("/desk/admin/audit").text
    assert ("擬具公文" in trail, "登錄公文文號" in trail) == (True, True)


def test_the_file_that_comes_back_numbers_its_own_letter_alone(service):
    number = service.opened()
    document = make(service, number).json()["id"]
    other = send(service, number, document, RETURNED.format(subject="另一件事").encode())
    assert (other.status_code, other.json()["code"]) == (422, "document_other")
    done = send(service, number, document, RETURNED.format(subject=WHOLE["subject"]).encode())
    assert done.status_code == 200, done.text
    assert (done.json()["doc_no"], done.json()["sent_on"], done.json()["how"]) == (
        "經園高字第1150001234號", "2026-11-16", "file",
    )  # fmt: skip


BOMB = '<!DOCTYPE 函 [<!ENTITY a "{}"><!ENTITY b "&a;&a;&a;">]><函><發文字號><字>&b;</字></發文字號></函>'
OUTSIDE = '<!DOCTYPE 函 [<!ENTITY a SYSTEM "file:///etc/passwd">]><函><主旨><文字>&a;</文字></主旨></函>'


@pytest.mark.parametrize(
    "body",
    [b"", b"no xml", b"<a/>", "<函/>".encode(), BOMB.format("x" * 1000).encode(), OUTSIDE.encode(),
     b"<" * 1000, RETURNED.encode()[:200], "<函>".encode() * 5000, b"x" * (files.MOST_BYTES + 1)],
)  # fmt: skip
def test_a_strange_file_is_only_unreadable(body):
    with pytest.raises(Invalid) as refused:
        files.returned(body)
    assert refused.value.code == "document_unreadable"
    assert "root:" not in str(refused.value)


def test_the_page_drafts_names_what_is_missing_and_takes_the_number(service):
    number = service.opened()
    alice = Visitor(service, "alice")
    page = alice.get(f"/desk/cases/{number}")
    refused = alice.send(page, "/documents")
    assert (refused.status, "公文尚缺：機關代碼、地址" in refused.text) == (422, True)
    made = alice.send(refused, "/documents", agency_code="A21000000X", address="高雄市前鎮區")
    assert "公文已擬具" in made.text
    assert made.outline.broken_rules() == []
    done = alice.send(made, "/number", doc_no="經園高字第1150001234號")
    assert "已登錄文號" in done.text
    assert "經園高字第1150001234號" in done.text
    assert done.outline.broken_rules() == []


def test_an_answer_that_counts_is_not_counted_twice():
    assert letters.lines_of("您好：\n一、先備妥圖說。\n二、再送件。\n3. 五日內回復。\n") == [
        "您好：", "先備妥圖說。", "再送件。", "五日內回復。",
    ]  # fmt: skip
    assert letters.lines_of("一、二樓均可。\n1.5 公尺以上") == ["一、二樓均可。", "1.5 公尺以上"]


@pytest.mark.parametrize(
    ("place", "written"), [(1, "一、"), (10, "十、"), (11, "十一、"), (20, "二十、"), (39, "三十九、"), (100, "100、")]
)
def test_points_are_counted_as_letters_count(place, written):
    assert letters.ordinal(place) == written
