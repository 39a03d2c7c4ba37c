"""Message objects held against LINE's own schema and against the limits that the schema leaves out.

`discriminator` is not JSON Schema: a plain validator sees only the base class and lets a text without words pass. Here
every object's `type` is followed to its concrete schema, recursively, and a property LINE does not know is an error.
This module shares no code with what it judges.
"""

from __future__ import annotations

import functools
import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

SCHEMAS = Path(__file__).parents[1] / "schemas" / "line-openapi"
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
    "object": (dict,), "array": (list,),
}  # fmt: skip


def check_messages(messages: Sequence[dict[str, Any]]) -> None:
    """Fail with every fault found, each with its place, unless LINE would take these messages in one request."""
    faults = list(faults_of(messages))
    assert not faults, "\n".join(faults)


def faults_of(messages: Sequence[dict[str, Any]]) -> Iterator[str]:
    """What LINE would refuse, and what its readers would not see."""
    if not 1 <= len(messages) <= 5:
        yield f"{len(messages)} messages; a request takes 1 to 5"
    for at, message in enumerate(messages):
        yield from schema_faults(message, "Message", f"messages[{at}]")
        yield from _limits(message, f"messages[{at}]", last=at == len(messages) - 1)


# --- the schema ---------------------------------------------------------------------------------------------------


@functools.cache
def _definitions(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    text = (SCHEMAS / name).read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=loader)["components"]["schemas"])  # noqa: S506 - a safe loader either way


def schema_faults(value: Any, name: str, place: str, *, file: str = "messaging-api.yml") -> Iterator[str]:
    """What in `value` differs from the schema of this name."""
    yield from _faults(value, {"$ref": f"#/components/schemas/{name}"}, place, _definitions(file))


def _faults(value: Any, schema: dict[str, Any], place: str, schemas: dict[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        schema, fault = _concrete(value, schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
        if fault:
            yield f"{place}: {fault}"
            return
    kind = schema.get("type", "object" if "allOf" in schema or "properties" in schema else None)
    wrong = kind and (not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"))
    if wrong:
        yield f"{place}: {type(value).__name__}, must be {kind}"
    elif isinstance(value, dict):
        yield from _object(value, schema, place, schemas)
    elif isinstance(value, list):
        if len(value) > schema.get("maxItems", len(value)) or len(value) < schema.get("minItems", 0):
            yield f"{place}: {len(value)} items"
        for at, item in enumerate(value):
            yield from _faults(item, schema.get("items", {}), f"{place}[{at}]", schemas)
    else:
        yield from _scalar(value, schema, place)


def _concrete(value: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The schema that an object's discriminator names."""
    found = schema.get("discriminator")
    if not found or not isinstance(value, dict):
        return schema, ""
    kind = value.get(found["propertyName"])
    target = found["mapping"].get(kind)
    return (schemas[target.rsplit("/", 1)[1]], "") if target else (schema, f"unknown type {kind!r}")


def _whole(schema: dict[str, Any], schemas: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Properties and required names of a schema with everything it is built from."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[1]]
    properties, required = dict(schema.get("properties", {})), set(schema.get("required", []))
    for part in schema.get("allOf", []):
        more, needed = _whole(part, schemas)
        properties |= more
        required |= needed
    return properties, required


_MERGED: dict[int, tuple[dict[str, Any], set[str]]] = {}
"""By identity of the schema, which lives as long as the cache of `_definitions`."""


def _object(value: dict[str, Any], schema: dict[str, Any], place: str, schemas: dict[str, Any]) -> Iterator[str]:
    properties, required = _MERGED.get(id(schema)) or _MERGED.setdefault(id(schema), _whole(schema, schemas))
    for name in sorted(required - value.keys()):
        yield f"{place}.{name}: missing"
    for name, item in value.items():
        if name in properties:
            yield from _faults(item, properties[name], f"{place}.{name}", schemas)
        elif properties:
            yield f"{place}.{name}: not a property LINE knows"


def _scalar(value: Any, schema: dict[str, Any], place: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{place}: {value!r} is none of {schema['enum']}"
    if isinstance(value, str):
        if not schema.get("minLength", 0) <= utf16(value) <= schema.get("maxLength", 10**9):
            yield f"{place}: {utf16(value)} characters"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{place}: {value!r} does not match {schema['pattern']}"
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{place}: {value} is out of range"


# --- what the schema leaves out (Messaging API reference, message objects, actions, Flex) -----------------------------


def utf16(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def characters(text: str) -> int:
    """A lower bound of grapheme clusters that is exact for ordinary words: marks and joiners are not counted."""
    return sum(unicodedata.category(one) not in {"Mn", "Me", "Mc", "Cf", "Sk", "So"} for one in text)


def _limits(message: dict[str, Any], place: str, *, last: bool) -> Iterator[str]:
    if message.get("type") == "text":
        yield from _words(message.get("text"), 5000, f"{place}.text")
    if message.get("type") == "flex":
        yield from _words(message.get("altText"), 1500, f"{place}.altText")
        yield from _container(message["contents"], f"{place}.contents")
    if "quickReply" in message:
        if not last:
            yield f"{place}.quickReply: only the last message's is shown"
        items = message["quickReply"].get("items", [])
        if not 1 <= len(items) <= 13:
            yield f"{place}.quickReply: {len(items)} items"
        for at, item in enumerate(items):
            yield from _action(item["action"], 20, f"{place}.quickReply.items[{at}]")


def _words(text: Any, limit: int, place: str) -> Iterator[str]:
    if not isinstance(text, str) or not text.strip():
        yield f"{place}: empty"
    elif utf16(text) > limit:
        yield f"{place}: {utf16(text)} characters, at most {limit}"
    elif any("\ud800" <= one <= "\udfff" or one == "\x00" for one in text):
        yield f"{place}: a character no JSON reader takes"


def _action(action: dict[str, Any], label: int, place: str, *, needed: bool = True) -> Iterator[str]:
    if needed or "label" in action:
        yield from _words(action.get("label"), 10_000, f"{place}.label")
        if characters(action.get("label", "")) > label:
            yield f"{place}.label: {characters(action['label'])} characters, at most {label}"
    if action["type"] == "postback":
        yield from _words(action.get("data"), 300, f"{place}.data")
        if "displayText" in action:
            yield from _words(action["displayText"], 10_000, f"{place}.displayText")
            if characters(action["displayText"]) > 300:
                yield f"{place}.displayText: {characters(action['displayText'])} characters"
    if action["type"] == "uri":
        address = action.get("uri", "")
        good = re.fullmatch(r"[!-~]{1,1000}", address) and urlsplit(address).scheme in {"http", "https", "line", "tel"}
        if not good:
            yield f"{place}.uri: {address[:60]!r}"


def _container(container: dict[str, Any], place: str) -> Iterator[str]:
    bubbles = container["contents"] if container["type"] == "carousel" else [container]
    if container["type"] == "carousel":
        if not 1 <= len(bubbles) <= 12:
            yield f"{place}: {len(bubbles)} bubbles"
        if len({bubble.get("size") for bubble in bubbles}) > 1:
            yield f"{place}: bubbles of different size"
        if len(json.dumps(container)) > 50 * 1024:
            yield f"{place}: {len(json.dumps(container))} bytes, at most 50 KB"
    for at, bubble in enumerate(bubbles):
        if len(json.dumps(bubble)) > 30 * 1024:
            yield f"{place}[{at}]: {len(json.dumps(bubble))} bytes, at most 30 KB"
        blocks = [bubble[name] for name in ("header", "hero", "body", "footer") if name in bubble]
        if not blocks:
            yield f"{place}[{at}]: no block"
        for block in blocks:
            yield from _component(block, f"{place}[{at}]")


_STACKED = {"box", "button", "image", "text", "separator", "filler"}
_INSIDE = {"vertical": _STACKED, "horizontal": _STACKED, "baseline": {"icon", "text", "filler"}}


def _component(component: dict[str, Any], place: str) -> Iterator[str]:
    kind = component["type"]
    for name in ("color", "backgroundColor", "borderColor"):
        if name in component and not re.fullmatch(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?", component[name]):
            yield f"{place}.{name}: {component[name]}"
    if kind == "text" and not component.get("contents"):
        yield from _words(component.get("text"), 10**6, f"{place}.text")
    if "action" in component:
        yield from _action(component["action"], 40, f"{place}.action", needed=kind == "button")
    elif kind == "button":
        yield f"{place}: a button without action"
    if kind == "box":
        for at, child in enumerate(component["contents"]):
            if child["type"] not in _INSIDE[component["layout"]]:
                yield f"{place}[{at}]: {child['type']} cannot stand in a {component['layout']} box"
            yield from _component(child, f"{place}[{at}]")
