"""Reads law texts in bulk: ChLaw.json and ChOrder.json of 全國法規資料庫, also zipped, and one law a file."""

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from knowledge.law.clauses import Clause, day

_NUMBER = re.compile(r"第?\s*(\d+)\s*(?:-\s*(\d+))?\s*條(?:之\s*(\d+))?")


class BulkError(Exception):
    """A file that holds no laws in a form that is known; says which."""

    code = "law_file_invalid"


def read_bulk(path: Path) -> Iterator[Clause]:
    """Every article in a file.

    Raises:
        BulkError: it is not JSON, or not of a known shape.
    """
    try:
        for content in _contents(path):
            yield from _laws(json.loads(content.decode("utf-8-sig")))
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, OSError) as error:
        raise BulkError(f"{path.name}：不是全國法規資料庫的 JSON 檔。") from error


def _contents(path: Path) -> Iterator[bytes]:
    if path.suffix.lower() != ".zip":
        yield path.read_bytes()
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.lower().endswith(".json"):
                yield archive.read(name)


def _laws(raw: Any) -> Iterator[Clause]:
    if isinstance(raw, dict) and "Laws" in raw:
        laws: Iterable[Mapping[str, Any]] = raw["Laws"]
    elif isinstance(raw, list):
        laws = raw
    else:
        laws = [raw]
    for law in laws:
        yield from _articles(law)


def _articles(law: Mapping[str, Any]) -> Iterator[Clause]:
    """The articles of one law, with English or Chinese field names."""
    name = str(law["LawName"] if "LawName" in law else law["法規名稱"]).strip()
    version = day(str(law["LawModifiedDate"] if "LawModifiedDate" in law else law["最新異動日期"]))
    rows = law["LawArticles"] if "LawArticles" in law else law["法規內容"]
    for row in rows:
        number = _NUMBER.search(str(row.get("ArticleNo") or row.get("條號") or ""))
        text = str(row.get("ArticleContent") or row.get("條文內容") or "").replace("\r\n", "\n").strip()
        if number and text:
            part = number[2] or number[3]
            yield Clause(law=name, article=f"§{number[1]}{f'-{part}' if part else ''}", version=version, text=text)
