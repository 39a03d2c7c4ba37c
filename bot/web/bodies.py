"""Reads JSON bodies and forms; what is wrong is refused with a sentence in Chinese that names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from fastapi.routing import APIRoute
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from routing.domain.errors import Invalid

MOST_DIGITS = 40
"""Of a number in a body; no field takes one that long."""

_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
_WORDS = {
    "missing": "必填", "extra_forbidden": "沒有這個欄位", "string_type": "必須是文字",
    "string_unicode": "含有無法儲存的字元", "string_pattern_mismatch": "格式不符",
    "string_too_short": "至少 {min_length} 字", "string_too_long": "最多 {max_length} 字",
    "too_short": "至少 {min_length}", "too_long": "最多 {max_length}",
    "literal_error": "可用的值：{expected}", "enum": "可用的值：{expected}",
    "int_type": "必須是整數", "int_parsing": "必須是整數", "int_from_float": "必須是整數",
    "int_parsing_size": "數字過大",
    "greater_than_equal": "最小為 {ge}", "less_than_equal": "最大為 {le}",
    "bool_type": "必須是 true 或 false", "bool_parsing": "必須是 true 或 false",
    "model_type": "必須是 JSON 物件", "model_attributes_type": "必須是 JSON 物件", "dict_type": "必須是 JSON 物件",
    "list_type": "必須是陣列", "json_invalid": "不是有效的 JSON", "value_error": "{error}",
}  # fmt: skip
"""By pydantic's kind of error; whatever has no words here cannot be used."""
_BRANCH = re.compile(r"[A-Z]\w*Body|function-.*|constrained-.*")
"""A part of a place that names a way of reading, not a field."""


def read_json(body: bytes) -> Any:
    """The value of a JSON body.

    Raises:
        Invalid: it is no JSON (NaN and Infinity are none), too deep, holds an absurd number, or an object that says a
            field twice, of which one would win silently.
    """
    try:
        return json.loads(body, object_pairs_hook=_pairs, parse_constant=_no_constant, parse_int=_number)
    except (ValueError, RecursionError):
        raise Invalid("請求的內容不是有效的 JSON。", field="body") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Invalid(f"欄位「{shown(name)}」重複。", field=shown(name))
        found[name] = value
    return found


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(digits[:MOST_DIGITS])
    return int(digits)


def shown(name: str) -> str:
    """A field name that was sent, cut and cleaned so that it can be shown."""
    return name[:80].encode("utf-8", "replace").decode()


class _Read(Request):
    """A request whose JSON was read already."""

    value: Any = None

    async def json(self) -> Any:
        """The value of the body."""
        return self.value


class StrictRoute(APIRoute):
    """A call whose JSON body is read by ``read_json``."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler that FastAPI makes, given the body as it was read here."""
        handler = super().get_route_handler()

        async def strict(request: Request) -> Response:
            read = _Read(request.scope, request.receive)
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json")):
                body = await read.body()
                read.value = read_json(body) if body else None
            return await handler(read)

        return strict


async def read_form(request: Request, *, files: int, fields: int, most_bytes: int) -> FormData:
    """The fields of a form: at most so many files and fields, none larger than ``most_bytes``.

    Raises:
        Invalid: it is larger, of another encoding than UTF-8 (which can make text that nothing keeps), or no form.
    """
    kind = request.headers.get("content-type", "")
    charset = _CHARSET.search(kind)
    if charset is not None and charset[1].lower() not in {"utf-8", "utf8"}:
        raise Invalid("送出的表單必須是 UTF-8。", field="body")
    try:
        return await request.form(max_files=files, max_fields=fields, max_part_size=most_bytes)
    except HTTPException as error:
        if error.status_code in {408, 413}:
            raise
        raise Invalid("送出的表單無法判讀，或欄位、檔案過多、過大。", field="body") from None


def place_of(where: Sequence[Any]) -> str:
    """The field's path, ``firm.ubn`` or ``status.0``; the part of the request if it is meant as a whole."""
    # A slip of JSON itself is placed by its offset, which is no field.
    named = [str(part) for part in where[1:] if not _BRANCH.fullmatch(str(part))]
    return ".".join(shown(part) for part in named)[:80] if named and not isinstance(where[1], int) else str(where[0])


def sentence(error: Mapping[str, Any]) -> tuple[str, str]:
    """The field, and what is wrong with it."""
    kind, given = str(error["type"]), dict(error.get("ctx") or {})
    if "expected" in given:
        given["expected"] = str(given["expected"]).replace(" or ", "、").replace(", ", "、").replace("'", "")
    words = _WORDS.get(kind, "必須是日期，例如 2026-01-05" if kind.startswith("date") else "無法使用")
    field = place_of(error["loc"])
    return field, f"{field}：{words.format(**given)}"


async def chosen_file(form: FormData) -> tuple[str, bytes] | None:
    """The file of a form by its name and content; None where none was chosen (browsers send one without a name)."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        return None
    return file.filename, await file.read()
