"""Official letters as files: XML in the structure of agencies' exchange, held against a DTD, and ODT to be read.

XML that comes back is somebody else's: nothing is fetched, no entity is expanded, no DTD of it is loaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi.responses import Response
from lxml import etree

from bot.web import odt
from bot.web.letter_form import ROOT, Form, form_in_use
from routing.domain import letters
from routing.domain.errors import Invalid, NotFound
from routing.domain.letters import Letter

MOST_BYTES = 2 * 1024 * 1024
"""Of a letter that comes back; without attachments it is some kilobytes."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a letter that came back says of itself."""

    doc_no: str
    sent_on: date | None
    subject: str


def checked(letter: Letter, form: Form) -> bytes:
    """The letter as XML that the DTD allows.

    Raises:
        Invalid: something is missing (``document_incomplete``), or the DTD refuses it (``document_refused``).
    """
    letters.require_whole(letter)
    return form.written(letter)


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
    if root.tag != ROOT:
        raise _unreadable("不是函的交換檔")
    if any(True for _ in root.iter(etree.Entity)):
        raise _unreadable("含有實體參照")
    parts = [_text(root, path) for path in ("發文字號/字", "發文字號/文號/年度", "發文字號/文號/流水號")]
    # Some systems write the number whole.
    doc_no = _text(root, "發文字號/文字")
    if parts[0] and parts[2]:
        doc_no = f"{parts[0]}字第{parts[1]}{parts[2]}{_text(root, '發文字號/文號/支號')}號"
    if not doc_no:
        raise _unreadable("沒有發文字號")
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
