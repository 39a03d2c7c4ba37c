"""Descriptions of answers for the OpenAPI document: the case, lists, problems."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Path

from routing.domain.case import Kind, Outcome, Status

Number = Annotated[str, Path(description="服務案號，例如 KP-1151122-0001", max_length=24)]

Described = dict[int | str, dict[str, Any]]


def _nullable(kind: str) -> dict[str, Any]:
    return {"type": [kind, "null"]}


_TEXT, _MAYBE, _INTEGER = {"type": "string"}, _nullable("string"), {"type": "integer"}
_FIRM = {"type": ["object", "null"], "properties": {"name": _TEXT, "ubn": _MAYBE, "verified": {"type": "boolean"}}}
_CASE = {
    "type": "object",
    "description": "協力機關僅取得會辦事項；案件其他欄位為 null 或空白。",
    "properties": {
        "number": _TEXT,
        "kind": {"type": ["string", "null"], "enum": [*Kind, None]},
        "status": {"type": "string", "enum": list(Status)},
        **dict.fromkeys(("category", "subject", "channel", "language", "unit"), _MAYBE),
        **dict.fromkeys(("topic", "park", "assignee", "waiting_on"), _MAYBE),
        "firm": _FIRM,
        **{
            key: {"type": ["string", "null"], "format": "date-time"}
            for key in ("first_contact_at", "received_at", "first_reply_at", "closed_at")
        },
        **{key: {"type": ["string", "null"], "format": "date"} for key in ("due_on", "promised_on")},
        "outcome": {"type": ["string", "null"], "enum": [*Outcome, None]},
        **dict.fromkeys(("days_used", "gross_days", "business_minutes"), _nullable("number")),
        **dict.fromkeys(("overdue", "confidential"), _nullable("boolean")),
        "pending_extension": {
            "type": ["object", "null"],
            "properties": {"days": _INTEGER, "reason": _TEXT, "asked_by": _MAYBE},
        },
        "reopened": _nullable("integer"),
        "version": _INTEGER,
        "refs": {"type": "array", "items": _TEXT},
    },
}
_PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {"type": _TEXT, "title": _TEXT, "status": _INTEGER, "code": _TEXT, "detail": _TEXT, "field": _TEXT},
}
_OBJECTS = {"type": "array", "items": {"type": "object"}}


def _answer(words: str, schema: dict[str, Any]) -> dict[str, Any]:
    headers = {"ETag": {"description": "案件版本", "schema": _TEXT}}
    return {"description": words, "content": {"application/json": {"schema": schema}}, "headers": headers}


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {"application/problem+json": {"schema": _PROBLEM}}}


def page_of(item: dict[str, Any]) -> Described:
    """A page of a list."""
    page = {"type": "object", "properties": {"items": {"type": "array", "items": item}, "next_cursor": _MAYBE}}
    return {200: {"description": "一頁", "content": {"application/json": {"schema": page}}}}


PROBLEMS: Described = {
    401: _problem("未登入或權杖無效"),
    403: _problem("不允許"),
    404: _problem("不存在，或對您隱藏"),
    422: _problem("內容不正確"),
}
CHANGED: Described = {
    200: _answer("變更後的案件", _CASE),
    **PROBLEMS,
    409: _problem("案件目前的狀態不允許這個步驟"),
    412: _problem("If-Match 與案件版本不符"),
}
CREATED: Described = {201: _answer("案件", _CASE), **{status: CHANGED[status] for status in (409, 412)}}
CASES = page_of(_CASE)
ITEMS = page_of({"type": "object"})
WHOLE: Described = {
    200: _answer(
        "案件全貌",
        {
            "type": "object",
            "properties": {
                **_CASE["properties"],  # type: ignore[dict-item]
                "case": _CASE,
                "messages": _OBJECTS,
                "events": _OBJECTS,
                "clock": {"type": "object"},
                "deliveries": _OBJECTS,
            },
        },
    )
}
