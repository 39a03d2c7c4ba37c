"""The form of letters is the branch's: official files put in as they are, in parts, with declarations of their own."""

from __future__ import annotations

import pytest
from lxml import etree

from bot.web import letters as files
from bot.web.letter_form import form_in_use
from routing.domain.errors import Invalid
from routing.domain.letters import Agency, letter_from
from tests.harness.pages import Visitor
from tests.harness.service import Service
from tests.integration.documents.test_documents import WHOLE, make, send

SYSTEM = "exchange_2.dtd"
BASIC = """<?xml version="1.0" encoding="UTF-8"?>
<!ELEMENT 全銜 (#PCDATA)> <!ELEMENT 機關代碼 (#PCDATA)> <!ELEMENT 文字 (#PCDATA)>
<!ELEMENT 字 (#PCDATA)> <!ELEMENT 支號 (#PCDATA)>
<!ELEMENT 年度 (#PCDATA)> <!ELEMENT 流水號 (#PCDATA)> <!ELEMENT 年月日 (#PCDATA)> <!ELEMENT 文號 (年度, 流水號, 支號?)>
<!ELEMENT 交換表 (#PCDATA)> <!ATTLIST 交換表 交換表單 ENTITY #REQUIRED>
<!ELEMENT 速別 EMPTY> <!ATTLIST 速別 代碼 (普通件 | 速件 | 最速件) #IMPLIED>
<!ELEMENT 密等 EMPTY> <!ATTLIST 密等 代碼 (密 | 機密 | 極機密 | 絕對機密) #IMPLIED>
<!ELEMENT 條列 (文字?, 條列*)> <!ATTLIST 條列 序號 CDATA #IMPLIED>
"""
DTD = """<?xml version="1.0" encoding="UTF-8"?>
<!ENTITY % basic SYSTEM "exchange_basic.ent">
%basic;
<!ELEMENT 函 (發文機關, 函類別, 聯絡方式+, 地址?, 受文者, 發文日期, 發文字號, 速別?, 密等?, 主旨, 段落*, 正本,
  副本?, 署名*)>
<!ELEMENT 發文機關 (全銜, 機關代碼)> <!ELEMENT 函類別 EMPTY> <!ATTLIST 函類別 代碼 (函 | 書函) #REQUIRED>
<!ELEMENT 聯絡方式 (#PCDATA)> <!ELEMENT 地址 (#PCDATA)> <!ELEMENT 受文者 (交換表)> <!ELEMENT 發文日期 (年月日)>
<!ELEMENT 發文字號 (文字 | (字, 文號))> <!ELEMENT 主旨 (文字)> <!ELEMENT 段落 (文字?, 條列*)>
<!ATTLIST 段落 段名 CDATA #REQUIRED> <!ELEMENT 正本 (全銜+)> <!ELEMENT 副本 (全銜+)> <!ELEMENT 署名 (#PCDATA)>
"""
STRUCTURE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- <!DOCTYPE 函 SYSTEM "not-this.dtd"> -->
<!DOCTYPE 函 SYSTEM "exchange_2.dtd" [
<!ENTITY 表單 SYSTEM "letter.sw" NDATA DI>
<!NOTATION DI SYSTEM "">
]>
<函>
  <發文機關><全銜>{發文機關}</全銜><機關代碼>{機關代碼}</機關代碼></發文機關>
  <函類別 代碼="函"/>
  <聯絡方式>地址：{地址}</聯絡方式><聯絡方式 每項="聯絡方式">{項}</聯絡方式>
  <受文者><交換表 交換表單="表單">{受文者}</交換表></受文者>
  <發文日期><年月日>{發文日期}</年月日></發文日期>
  <發文字號><文字>{發文字號}</文字></發文字號>
  <速別 代碼="{速別}"/><密等 代碼="{密等}"/>
  <主旨><文字>{主旨}</文字></主旨>
  <段落 段名="說明："><條列 每項="說明" 序號="{序號}"><文字>{項}</文字></條列></段落>
  <正本><全銜 每項="正本">{項}</全銜></正本>
  <副本 無則省略="副本"><全銜 每項="副本">{項}</全銜></副本>
  <署名 無則省略="署名">{署名}</署名>
</函>"""


def put(folder, **content):
    folder = folder / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in {
        "agency.yaml": f"name: 分局\ncode: A21000000X\naddress: 高雄市\nsystem: {SYSTEM}\n", SYSTEM: DTD,
        "exchange_basic.ent": BASIC, "letter.xml": STRUCTURE, **content,
    }.items():  # fmt: skip
        path = folder / name
        path.unlink(missing_ok=True)
        if text is not None:
            path.write_text(text, "utf-8")
    return folder


def the_letter(**changes):
    return letter_from({"agency": "分局", **WHOLE, **changes})


def read_there(folder, body):
    """A letter as the document system reads it: beside the official files, held against them by their names."""
    path = folder / "letter-read.xml"
    path.write_bytes(body)
    return etree.parse(str(path), etree.XMLParser(dtd_validation=True, load_dtd=True, resolve_entities=True)).getroot()


def test_an_official_dtd_in_parts_is_used_as_it_is_with_the_branchs_structure(tmp_path):
    folder = put(tmp_path)
    form = form_in_use(tmp_path)
    assert (form.system, form.choices("速別")) == (SYSTEM, ("普通件", "速件", "最速件"))
    assert form.choices("密等") == ("普通", "密", "機密", "極機密", "絕對機密")
    body = files.checked(the_letter(copies=[]), form)
    root = read_there(folder, body)
    assert '<!ENTITY 表單 SYSTEM "letter.sw" NDATA DI>' in body.decode()
    assert [one.tag for one in root][:4] == ["發文機關", "函類別", "聯絡方式", "受文者"]
    assert [dict(one.attrib) for one in root.iter("密等")] == [{}]
    assert (root.find("副本"), root.find("署名")) == (None, None)
    assert [(one.get("序號"), one.findtext("文字")) for one in root.iter("條列")] == [
        ("一、", "復貴公司來詢。"), ("二、", "<請> 依 & 說明辦理。"),
    ]  # fmt: skip
    secret = read_there(folder, files.checked(the_letter(secrecy="密", signature="分局長"), form))
    assert (secret.find("密等").get("代碼"), secret.findtext("署名")) == ("密", "分局長")
    assert [one.text for one in secret.iter("聯絡方式")] == ["地址：高雄市前鎮區"]


def test_what_the_official_dtd_does_not_allow_is_refused_in_its_words(tmp_path):
    put(tmp_path, **{"letter.xml": None})
    with pytest.raises(Invalid) as ours:
        files.checked(the_letter(), form_in_use(tmp_path))
    assert ours.value.code == "document_refused"
    assert f"公文不符 {SYSTEM} 的結構" in str(ours.value)
    put(tmp_path, **{"letter.xml": STRUCTURE.replace('<!ENTITY 表單 SYSTEM "letter.sw" NDATA DI>', "")})
    with pytest.raises(Invalid) as undeclared:
        files.checked(the_letter(), form_in_use(tmp_path))
    assert (undeclared.value.code, "表單" in str(undeclared.value)) == ("document_refused", True)
    put(tmp_path)
    with pytest.raises(Invalid) as odd:
        files.checked(the_letter(secrecy="很密"), form_in_use(tmp_path))
    assert odd.value.code == "document_refused"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"exchange_basic.ent": None}, "缺少檔案 exchange_basic.ent"),
        ({SYSTEM: DTD.replace("exchange_basic.ent", "../../exchange_basic.key")}, "缺少檔案 exchange_basic.key"),
        ({SYSTEM: DTD.replace("exchange_basic.ent", "file:///etc/passwd")}, "缺少檔案 passwd"),
        ({SYSTEM: DTD.replace("exchange_basic.ent", "http://127.0.0.1:9/basic.ent")}, "缺少檔案 basic.ent"),
        ({SYSTEM: "<!ELEMENT"}, "XMLSyntaxError"),
        ({"letter.xml": STRUCTURE.replace("{主旨}", "{案由}")}, "letter.xml 的 案由"),
        ({"letter.xml": STRUCTURE.replace('每項="正本"', '每項="主旨"')}, "letter.xml 的 主旨"),
        ({"letter.xml": STRUCTURE.replace('每項="正本"', "")}, "letter.xml 的 項"),
        ({"letter.xml": STRUCTURE.replace('無則省略="署名"', '無則省略="印信"')}, "letter.xml 的 印信"),
        ({"letter.xml": '<函 每項="正本"/>'}, "letter.xml 的 函 不能有每項"),
        ({"letter.xml": '<函 無則省略="主旨"/>'}, "letter.xml 的 函 不能有無則省略"),
        ({"letter.xml": "<令/>"}, "letter.xml 不是函"),
        ({"letter.xml": '<!DOCTYPE 函 [<!ENTITY a SYSTEM "file:///etc/passwd">]><函>&a;</函>'}, "letter.xml 不是函"),
        ({"letter.xml": "<函"}, "XMLSyntaxError"),
        ({"agency.yaml": "- 一\n"}, "AttributeError"),
    ],
)  # fmt: skip
def test_files_of_the_branch_that_cannot_be_used_are_named(tmp_path, content, said):
    (tmp_path / "exchange_basic.key").write_text(BASIC, "utf-8")
    put(tmp_path, **content)
    with pytest.raises(Invalid) as refused:
        form_in_use(tmp_path)
    assert (refused.value.code, f"（{said}）" in str(refused.value)) == ("document_form_invalid", True), refused.value


def test_the_branchs_own_dtd_takes_the_place_of_ours(tmp_path):
    letter = the_letter()
    assert files.checked(letter, form_in_use(tmp_path))
    put(tmp_path, **{
        SYSTEM: None, "exchange_basic.ent": None, "letter.xml": None,
        "letter.dtd": "<!ELEMENT 函 (主旨)><!ELEMENT 主旨 (#PCDATA)>",
    })  # fmt: skip
    form = form_in_use(tmp_path)
    assert (form.agency, form.choices("速別")) == (
        Agency(name="分局", code="A21000000X", address="高雄市", system=SYSTEM), (),
    )  # fmt: skip
    with pytest.raises(Invalid) as refused:
        files.checked(letter, form)
    assert (refused.value.code, SYSTEM in str(refused.value)) == ("document_refused", True)


@pytest.fixture
def service(database_url, tmp_path):
    with Service(database_url, ONESTOP_DATA_DIR=str(tmp_path)) as service:
        yield service


def test_the_desk_and_programs_draft_by_the_branchs_files_and_take_back_what_they_number(service):
    folder = put(service.runtime.settings.data_dir)
    number = service.opened()
    page = Visitor(service, "alice").get(f"/desk/cases/{number}")
    assert '<option value="普通" selected>普通</option>' in page.answer.text
    made = make(service, number)
    assert made.status_code == 201, made.text
    document = made.json()["id"]
    body = service.get("alice", f"/cases/{number}/documents/{document}/file.xml").content
    root = read_there(folder, body)
    root.find("發文字號/文字").text = "經園高字第1150001234號"
    root.find("發文日期/年月日").text = "中華民國115年11月16日"
    back = etree.tostring(root.getroottree(), encoding="big5", xml_declaration=True)
    assert b"NDATA" in back
    done = send(service, number, document, back)
    assert done.status_code == 200, done.text
    assert (done.json()["doc_no"], done.json()["sent_on"]) == ("經園高字第1150001234號", "2026-11-16")
    put(service.runtime.settings.data_dir, **{"exchange_basic.ent": None})
    broken = make(service, number)
    assert (broken.status_code, broken.json()["code"]) == (422, "document_form_invalid")
    assert "缺少檔案 exchange_basic.ent" in Visitor(service, "alice").get(f"/desk/cases/{number}").text
