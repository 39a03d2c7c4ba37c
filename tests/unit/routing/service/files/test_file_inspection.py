"""What is taken and what is refused, by content alone (contract §9: a bad or dangerous file is ``file_refused``)."""

from io import BytesIO

import pytest
from PIL import Image

from routing.domain.files import (
    ENDINGS,
    MOST_BYTES,
    SAID,
    FileRefused,
    FileTooLarge,
    Problem,
    Sent,
    clean_name,
    size_shown,
)
from routing.service.files import pictures
from routing.service.files.inspection import inspect
from tests.harness import samples
from tests.harness.samples import DOCX, MP3, ODS, ODT, PDF, PPTX, WAV, XLSX, media, office, open_document, picture

TAKEN = [
    (picture("JPEG"), "image/jpeg"), (picture("PNG"), "image/png"), (picture("GIF"), "image/gif"),
    (picture("WEBP"), "image/webp"), (media(b"heic"), "image/heic"), (PDF, "application/pdf"), (office(), DOCX),
    (office("xl/workbook.xml"), XLSX), (office("ppt/presentation.xml"), PPTX), (open_document(), ODT),
    (open_document(ODS), ODS), ("電壓不穩，如附表。".encode(), "text/plain"),
    ("電壓不穩".encode("cp950"), "text/plain"),
    ("電壓".encode("utf-16"), "text/plain"), (media(b"isom"), "video/mp4"), (media(b"qt  "), "video/quicktime"),
    (media(b"M4A "), "audio/mp4"), (MP3, "audio/mpeg"), (MP3[10:], "audio/mpeg"), (WAV, "audio/wav"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind"), TAKEN, ids=[f"{n}-{kind.rpartition('.')[2]}" for n, (_, kind) in enumerate(TAKEN)]
)
def test_the_type_is_read_off_the_content_whatever_the_name_says(content, kind):
    found = inspect(Sent(content, "申請書.pdf"))
    assert (found.content_type, found.name) == (kind, f"申請書.{ENDINGS[kind]}")


REFUSED = {
    "empty": (b"", Problem.EMPTY), "program": (b"MZ\x90\0" + b"\0" * 200, Problem.TYPE),
    "elf": (b"\x7fELF\x02" + b"\0" * 200, Problem.TYPE), "script": (b"#!/bin/sh\nrm -rf /\n", Problem.TYPE),
    "page": (b"<!DOCTYPE html><html><body>hi", Problem.TYPE),
    "page inside": (b"hi there <script>alert(1)</script>", Problem.TYPE),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", Problem.TYPE),
    "svg in utf-16": ("<svg onload='x'/>".encode("utf-16"), Problem.TYPE),
    "old office": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, Problem.TYPE),
    "archive": (samples.archive({"a.txt": "hi"}), Problem.TYPE),
    "archive that climbs": (office(more={"../../etc/passwd": "x"}), Problem.TYPE),
    "two mains": (office(more={"xl/workbook.xml": "x"}), Problem.TYPE),
    "macro": (office(more={"word/vbaProject.bin": b"x"}), Problem.MACRO),
    "macro by type": (office(types="<Types ct='application/vnd.ms-word.document.macroEnabled'/>"), Problem.MACRO),
    "active x": (office(more={"word/activeX/activeX1.xml": "x"}), Problem.MACRO),
    "embedded object": (office(more={"word/embeddings/oleObject1.bin": b"x"}), Problem.MACRO),
    "basic": (samples.archive({"mimetype": ODT, "content.xml": "x", "Basic/Standard/Module1.xml": "x"}), Problem.MACRO),
    "zip bomb": (office(more={"word/media/a": b"\0" * (30 * 1024 * 1024)}), Problem.PACKED),
    "many parts": (office(more={f"p{n}": "" for n in range(5001)}), Problem.PACKED),
    "broken archive": (office()[:-30], Problem.BROKEN), "broken picture": (picture("PNG")[:40], Problem.BROKEN),
    "picture of nothing": (b"\xff\xd8\xff\xe0" + b"\0" * 40, Problem.BROKEN), "broken pdf": (PDF[:20], Problem.BROKEN),
    "pdf that runs": (PDF.replace(b"<<>>", b"<</S /Launch /F (cmd.exe)>>", 1), Problem.MACRO),
    "pixel bomb": (samples.endless_png(), Problem.PIXELS),
    "long picture": (samples.endless_png(30_000, 10), Problem.PIXELS),
    "picture and archive": (picture("GIF") + samples.archive({"a.class": "x"}), Problem.MIXED),
    "pdf and archive": (PDF + samples.archive({"a.txt": "x"}), Problem.MIXED),
    "picture and pdf": (picture("JPEG", comment=b"%PDF-1.4"), Problem.MIXED),
}  # fmt: skip


@pytest.mark.parametrize(("content", "problem"), REFUSED.values(), ids=REFUSED)
def test_what_is_bad_or_dangerous_is_refused_and_the_reason_is_said(content, problem):
    with pytest.raises(FileRefused) as refused:
        inspect(Sent(content, "照片.jpg"))
    assert (refused.value.problem, refused.value.code, refused.value.message) == (
        problem,
        "file_refused",
        SAID[problem],
    )


def test_a_file_with_a_password_cannot_be_checked_and_is_refused():
    locked = bytearray(office())
    for place in range(len(locked) - 4):
        if locked[place : place + 4] == b"PK\x01\x02":
            locked[place + 8] |= 1
    with pytest.raises(FileRefused) as refused:
        inspect(Sent(bytes(locked), "a.docx"))
    assert refused.value.problem is Problem.LOCKED


def test_a_file_of_twenty_mebibytes_is_taken_and_one_byte_more_is_not():
    text = b"a" * MOST_BYTES
    assert inspect(Sent(text)).content_type == "text/plain"
    with pytest.raises(FileTooLarge):
        inspect(Sent(text + b"a"))


@pytest.mark.parametrize("name", ["a.exe", "帳單.pdf.exe", "帳單.exe.pdf", "照片.SVG", "x.html", "a.docm", "a.js .jpg"])
def test_a_name_that_a_system_would_run_is_refused_whatever_is_inside(name):
    with pytest.raises(FileRefused) as refused:
        inspect(Sent(picture(), name))
    assert refused.value.problem is Problem.NAME


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("現場照片.jpg", "現場照片.jpg"), ("IMG_1.JPEG", "IMG_1.jpeg"), (None, "file.jpg"), ("", "file.jpg"),
        ("../../etc/passwd", "passwd.jpg"), ("C:\\temp\\a.jpg", "a.jpg"), ("\u202egpj.照片", "gpj.jpg"),
        ("a\x00b\r\n.jpg", "ab.jpg"),
        ('x"y<z>.jpg', "x_y_z_.jpg"), ("....", "file.jpg"), ("第 3.2 版圖說.jpg", "第 3.2 版圖說.jpg"),
        ("名" * 300 + ".jpg", "名" * 116 + ".jpg"), ("報告.final version", "報告.final version.jpg"),
    ],
)  # fmt: skip
def test_a_name_is_one_part_without_signs_that_hide_or_turn_it(given, shown):
    assert clean_name(given, "image/jpeg") == shown


def test_a_table_is_known_by_its_name_alone():
    assert inspect(Sent(b"a,b\n1,2\n", "電費.csv")).content_type == "text/csv"


def test_a_voice_message_in_a_container_of_videos_is_a_voice_message():
    assert inspect(Sent(media(b"mp42")), voice=True).content_type == "audio/mp4"


def test_a_thumbnail_is_small_upright_and_tells_nothing_of_place_or_camera():
    photo = samples.placed_photo()
    small = pictures.thumbnail(photo, "image/jpeg")
    assert b"PHONEMAKER" in photo
    assert b"PHONEMAKER" not in small
    with Image.open(BytesIO(small)) as made:
        assert made.format == "JPEG"
        assert made.width < made.height <= pictures.THUMBNAIL
        assert not made.getexif()


def test_what_cannot_be_decoded_has_no_thumbnail():
    assert pictures.thumbnail(samples.endless_png(1000, 1000), "image/png") is None


@pytest.mark.parametrize(("size", "shown"), [(None, ""), (1, "1 KB"), (2048, "2 KB"), (3 * 1024 * 1024, "3.0 MB")])
def test_sizes_are_shown_as_people_read_them(size, shown):
    assert size_shown(size) == shown
