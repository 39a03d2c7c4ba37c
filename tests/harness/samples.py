"""Small files of every kind that firms send, and of kinds that nobody should: made here, byte by byte."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image

OOXML = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    OOXML + kind for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
ODT, ODS = (f"application/vnd.oasis.opendocument.{kind}" for kind in ("text", "spreadsheet"))


def picture(form: str = "JPEG", size: tuple[int, int] = (40, 30), **saved: Any) -> bytes:
    """A picture in one colour."""
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, form, **saved)
    return out.getvalue()


def placed_photo() -> bytes:
    """A photo lying on its side that tells where it was taken."""
    data = Image.Exif()
    data[0x0112] = 6
    data[0x010F] = "PHONEMAKER"
    data[0x8825] = {1: "N", 2: (22.0, 37.0, 12.0)}
    return picture(size=(400, 200), exif=data)


def endless_png(width: int = 60_000, height: int = 60_000) -> bytes:
    """A PNG of a few bytes whose head promises more pixels than any memory holds."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def package(**parts: str | bytes) -> bytes:
    """A zip archive; ``__`` stands for a slash and ``_dot_`` for a dot in a part's name."""
    return archive({name.replace("__", "/").replace("_dot_", "."): content for name, content in parts.items()})


def archive(parts: dict[str, str | bytes]) -> bytes:
    """A zip archive."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return out.getvalue()


def office(
    main: str = "word/document.xml", *, types: str = "<Types/>", more: dict[str, str | bytes] | None = None
) -> bytes:
    """An office document of Microsoft's kind."""
    return archive({"[Content_Types].xml": types, "_rels/.rels": "<x/>", main: "<x/>", **(more or {})})


def open_document(kind: str = ODT) -> bytes:
    """An office document of the open kind."""
    return archive({"mimetype": kind, "content.xml": "<x/>"})


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The harmless file that every virus scanner takes for a virus (eicar.org)."""


def media(brand: bytes) -> bytes:
    """The beginning of an ISO media file."""
    return b"\0\0\0\x18ftyp" + brand + b"\0\0\0\0" + brand + b"isom" + b"\0" * 64


MP3 = b"ID3\x03\0\0\0\0\0\0" + b"\xff\xfb\x90\0" + b"\0" * 400
WAV = b"RIFF\x24\0\0\0WAVEfmt " + b"\0" * 40
