"""What the OpenAPI document says of refusals, and of the address and the version of a case."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path

from bot.web import annual_pdf
from bot.web.errors import Problem
from bot.web.tables import MEDIA_TYPES
from routing.domain.files import ENDINGS

Number = Annotated[str, Path(description="服務案號，例如 KP-1151122-0001", max_length=24)]

Described = dict[int | str, dict[str, Any]]

_ETAG = {"headers": {"ETag": {"description": "案件版本", "schema": {"type": "string"}}}}


def _problem(words: str) -> dict[str, Any]:
    schema = Problem.model_json_schema(mode="serialization")
    return {"description": words, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: Described = {
    401: _problem("未登入或權杖無效"),
    403: _problem("不允許"),
    404: _problem("不存在，或對您隱藏"),
    422: _problem("內容不正確"),
}
CONFLICTS: Described = {
    409: _problem("案件目前的狀態不允許這個步驟"),
    412: _problem("If-Match 與案件版本不符"),
}
WITH_VERSION: Described = {200: _ETAG}
CREATED: Described = {201: _ETAG, **CONFLICTS}
CHANGED: Described = {200: _ETAG, **CONFLICTS}

FILE_MADE: Described = {
    201: _ETAG,
    **CONFLICTS,
    413: _problem("檔案超過 20 MiB"),
    422: _problem("檔案無法接受（file_refused），或欄位不正確"),
}
_BYTES = {"schema": {"type": "string", "format": "binary"}}
FILE: Described = {
    200: {"description": "檔案內容", "content": dict.fromkeys((*ENDINGS, "application/octet-stream"), _BYTES)}
}
_TABLES = dict.fromkeys((kind.partition(";")[0] for kind in MEDIA_TYPES.values()), _BYTES)
TABLE: Described = {200: {"description": "依 format 為 JSON 或檔案", "content": _TABLES}}
"""Of a report: its JSON, as the model says, or the same as a file."""
PAPERS: Described = {200: {**TABLE[200], "content": {**_TABLES, annual_pdf.MEDIA_TYPE: _BYTES}}}
FILE_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}, "to_firm": {"type": "boolean"}},
                }
            }
        },
    }
}
