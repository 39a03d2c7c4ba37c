"""Official letters as files: XML in the structure of agencies' exchange, held against a DTD, and ODT to be read.

XML that comes back is somebody else's: nothing is fetched, no entity is expanded, no DTD of it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from importlib import resources
from io import BytesIO
from pathlib import Path
from typing import Any

from fastapi.responses import Response
from lxml import etree

from bot.web import odt
from knowledge.files import yaml_text
from routing.domain import letters
from routing.domain.errors import Invalid, NotFound
from routing.domain.letters import Agency, Letter

MOST_BYTES = 2 * 1024 * 1024
"""Of a letter that comes back; without attachments it is some kilobytes."""
_FOLDER = "documents"
_ROOT = "函"


@dataclass(frozen=True, slots=True)
class Returned:
    """What a letter that came back says of itself."""

    doc_no: str
    sent_on: date | None
    subject: str


@dataclass(frozen=True, slots=True)
class Form:
    """The DTD in use with what the branch says of itself."""

    agency: Agency
    dtd: etree.DTD

    def choices(self, element: str) -> tuple[str, ...]:
        """What an element's code (代碼) may be, as the DTD lists it; empty where it lists nothing."""
        for one in self.dtd.iterelements():
            if one.name == element:
                return tuple(code for each in one.iterattributes() if each.name == "代碼" for code in each.values())
        return ()


def form_in_use(data_dir: Path) -> Form:
    """The branch's own files under ``documents`` of the data folder, else those that ship.

    Raises:
        Invalid: one of them cannot be read (``document_form_invalid``).
    """
    try:
        raw = yaml_text.read(_read(data_dir, "agency.yaml").decode("utf-8-sig")) or {}
        known = {one.name for one in fields(Agency)}
        agency = Agency(**{name: str(value or "") for name, value in raw.items() if name in known})
        return Form(agency, etree.DTD(BytesIO(_read(data_dir, "letter.dtd"))))
    except (etree.DTDParseError, yaml_text.YamlRefusedError, UnicodeDecodeError, AttributeError) as error:
        raise Invalid(
            f"公文的 DTD 或機關資料無法使用（{type(error).__name__}），請洽系統管理人員。", code="document_form_invalid"
        ) from None


def _read(data_dir: Path, name: str) -> bytes:
    own = data_dir / _FOLDER / name
    if own.is_file():
        return own.read_bytes()
    return (resources.files("knowledge") / "data" / _FOLDER / name).read_bytes()


def checked(letter: Letter, form: Form) -> bytes:
    """The letter as XML that the DTD allows.

    Raises:
        Invalid: something is missing (``document_incomplete``), or the DTD refuses it (``document_refused``).
    """
    letters.require_whole(letter)
    root = _tree(letter, form.agency)
    if not form.dtd.validate(root):
        shown = "；".join(f"{one.message}" for one in form.dtd.error_log[:5])
        raise Invalid(f"公文不符 {form.agency.system} 的結構：{shown}"[:600], code="document_refused")
    written: bytes = etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", pretty_print=True,
        doctype=f'<!DOCTYPE {_ROOT} SYSTEM "{_plain_name(form.agency.system)}">',
    )  # fmt: skip
    return written


def _plain_name(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "._-") or "letter.dtd"


def _tree(letter: Letter, agency: Agency) -> etree._Element:
    root = etree.Element(_ROOT)
    word, year, serial = letters.parts_of(letter.doc_no)
    sender = _add(root, "發文機關")
    _add(sender, "全銜", letter.agency)
    _add(sender, "機關代碼", letter.agency_code)
    _add(root, "函類別", 代碼="函")
    _add(root, "地址", letter.address)
    for line in letter.contacts:
        _add(root, "聯絡方式", line)
    _add(_add(root, "受文者"), "交換表", letter.recipient, 交換表單="表單")
    day = letters.day_written(date.fromisoformat(letter.sent_on)) if letter.sent_on else ""
    _add(_add(root, "發文日期"), "年月日", day)
    number = _add(root, "發文字號")
    _add(number, "字", word or agency.word)
    figures = _add(number, "文號")
    _add(figures, "年度", year)
    _add(figures, "流水號", serial)
    _add(root, "速別", 代碼=letter.speed)
    secret = _add(root, "密等及解密條件或保密期限")
    _add(secret, "密等", 代碼=letter.secrecy)
    _add(secret, "解密條件或保密期限", letter.until)
    _add(_add(root, "附件"), "文字", letter.attachment or "無")
    _add(_add(root, "主旨"), "文字", letter.subject)
    said = _add(root, "段落", 段名="說明：")
    for place, point in enumerate(letter.points, 1):
        _add(_add(said, "條列", 序號=letters.ordinal(place)), "文字", point)
    for name, people in (("正本", letter.to), ("副本", letter.copies)):
        part = _add(root, name)
        for one in people:
            _add(part, "全銜", one)
    if letter.signature:
        _add(root, "署名", letter.signature)
    return root


def _add(parent: etree._Element, name: str, text: str = "", **attributes: str) -> etree._Element:
    element = etree.SubElement(parent, name, attributes)
    # What XML cannot hold is left out: a letter with a control character would be no XML.
    element.text = "".join(one for one in text if one in "\t\n" or ord(one) >= 32) or None
    return element


def returned(body: bytes) -> Returned:
    """Number, day and subject of a letter that came back.

    Raises:
        Invalid: too large, no XML, no 函, with entities, or without a number (``document_unreadable``).
    """
    if len(body) > MOST_BYTES:
        raise _unreadable(f"檔案超過 {MOST_BYTES // 1024 // 1024} MB")
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, dtd_validation=False, no_network=True, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root: Any = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise _unreadable("不是可讀取的 XML") from None
    if root.tag != _ROOT:
        raise _unreadable("不是函的交換檔")
    if any(True for _ in root.iter(etree.Entity)):
        raise _unreadable("含有實體參照")
    parts = [_text(root, path) for path in ("發文字號/字", "發文字號/文號/年度", "發文字號/文號/流水號")]
    if not (parts[0] and parts[2]):
        raise _unreadable("沒有發文字號")
    doc_no = f"{parts[0]}字第{parts[1]}{parts[2]}{_text(root, '發文字號/文號/支號')}號"
    return Returned(doc_no, letters.day_read(_text(root, "發文日期/年月日")), _text(root, "主旨/文字"))


def _text(root: Any, path: str) -> str:
    return " ".join((root.findtext(path) or "").split())


def _unreadable(why: str) -> Invalid:
    return Invalid(f"公文檔無法使用：{why}。", field="file", code="document_unreadable")


def number_in(body: bytes, letter: Letter) -> Returned:
    """The number of this letter in a file that came back. Raises Invalid: unreadable, or another letter's."""
    found = returned(body)
    if "".join(found.subject.split()) != "".join(letter.subject.split()):
        raise Invalid("這個檔案的主旨與這份公文不同，不是同一份公文。", field="file", code="document_other")
    return found


def as_odt(letter: Letter, *, made_at: datetime) -> bytes:
    """The letter to be read and printed."""
    day = letters.day_written(date.fromisoformat(letter.sent_on)) if letter.sent_on else "中華民國　年　月　日"
    secret = letter.secrecy + (f"（{letter.until}）" if letter.until else "")
    lines = [
        odt.Paragraph(f"{letter.agency}　函", "title"), odt.Paragraph(f"地址：{letter.address}", "side"),
        *(odt.Paragraph(line, "side") for line in letter.contacts), odt.Paragraph(f"受文者：{letter.recipient}", "to"),
        odt.Paragraph(f"發文日期：{day}"), odt.Paragraph(f"發文字號：{letter.doc_no}"),
        odt.Paragraph(f"速別：{letter.speed}"), odt.Paragraph(f"密等及解密條件或保密期限：{secret}"),
        odt.Paragraph(f"附件：{letter.attachment or '無'}"), odt.Paragraph(f"主旨：{letter.subject}", "part"),
        odt.Paragraph("說明：", "part"),
        *(odt.Paragraph(f"{letters.ordinal(at)}{point}", "point") for at, point in enumerate(letter.points, 1)),
        odt.Paragraph(""), odt.Paragraph(f"正本：{'、'.join(letter.to)}", "copies"),
        *([odt.Paragraph(f"副本：{'、'.join(letter.copies)}", "copies")] if letter.copies else []),
        *([odt.Paragraph(letter.signature, "signature")] if letter.signature else []),
    ]  # fmt: skip
    return odt.write(title=letter.subject, paragraphs=lines, made_at=made_at)


def as_response(
    letter: Letter, number: str, document_id: int, ending: str, *, data_dir: Path, now: datetime
) -> Response:
    """A letter to be saved. Raises NotFound: no such kind of file. Invalid: the DTD in use does not allow it."""
    if ending == "xml":
        body, kind = checked(letter, form_in_use(data_dir)), "application/xml"
    elif ending == "odt":
        body, kind = as_odt(letter, made_at=now), odt.MEDIA_TYPE
    else:
        raise NotFound("沒有這種檔案格式。")
    headers = {
        "Content-Disposition": f'attachment; filename="{number}-{document_id}.{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }  # fmt: skip
    return Response(body, media_type=kind, headers=headers)
