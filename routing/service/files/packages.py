"""Office documents, which are zip archives: looked at by their lists of contents, hardly unpacked."""

from __future__ import annotations

import re
import zlib
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from routing.domain.files import FileRefused, Problem

_MOST_PARTS = 5000
_MOST_UNPACKED = 200 * 1024 * 1024
_MOST_RATIO = 100
"""Times a whole document may grow, once it is larger than one that any page of text makes."""
_FREELY = 20 * 1024 * 1024
_READ = 512 * 1024
_LOCKED_BIT = 0x1
_MACRO = re.compile(
    r"(^|/)(vbaproject\.bin|vbadata\.xml|activex/.*|basic/.*|scripts/.*|oleobject[^/]*\.bin)$", re.IGNORECASE
)
_OOXML = "application/vnd.openxmlformats-officedocument."
_MAIN = {
    "word/document.xml": _OOXML + "wordprocessingml.document", "xl/workbook.xml": _OOXML + "spreadsheetml.sheet",
    "ppt/presentation.xml": _OOXML + "presentationml.presentation",
}  # fmt: skip
_ODF = frozenset(
    f"application/vnd.oasis.opendocument.{kind}".encode() for kind in ("text", "spreadsheet", "presentation")
)


def holds_archive(content: bytes) -> bool:
    """Whether an unpacking program would take these bytes, whatever they begin with."""
    return is_zipfile(BytesIO(content))


def type_of(content: bytes) -> str:
    """The type of an office document.

    Raises:
        FileRefused: another archive, a broken one, one with a password, with macros, or that unpacks without end.
    """
    try:
        with ZipFile(BytesIO(content)) as package:
            parts = package.infolist()
            _check(parts, len(content))
            return _type(package, {part.filename for part in parts})
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError, OSError):
        raise FileRefused(Problem.BROKEN) from None


def _check(parts: list[ZipInfo], size: int) -> None:
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MOST_PARTS or unpacked > _MOST_UNPACKED or unpacked > max(_FREELY, size * _MOST_RATIO):
        raise FileRefused(Problem.PACKED)
    if any(part.flag_bits & _LOCKED_BIT for part in parts):
        raise FileRefused(Problem.LOCKED)
    if any(".." in part.filename.split("/") or part.filename.startswith("/") for part in parts):
        raise FileRefused(Problem.TYPE)
    if any(_MACRO.search(part.filename) for part in parts):
        raise FileRefused(Problem.MACRO)


def _type(package: ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        kind = _begin(package, "mimetype").strip()
        if kind in _ODF and "content.xml" in names:
            return kind.decode()
    if "[Content_Types].xml" in names:
        if b"macroenabled" in _begin(package, "[Content_Types].xml").lower():
            raise FileRefused(Problem.MACRO)
        found = [kind for part, kind in _MAIN.items() if part in names]
        if len(found) == 1:
            return found[0]
    raise FileRefused(Problem.TYPE)


def _begin(package: ZipFile, name: str) -> bytes:
    with package.open(name) as part:
        return part.read(_READ)
