"""The rich menu under the chat, and its deployment.

`deploy` is safe to run at every release: the menu's name carries a hash of what it is, so nothing is made anew unless
it changed (LINE allows a hundred creations an hour; Messaging API reference, "Rate limits" and "Rich menu").
The picture is drawn from assets/richmenu.html by
``chromium --headless --hide-scrollbars --window-size=2500,1686 --screenshot=richmenu.png richmenu.html``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import structlog
from linebot.v3.messaging import RichMenuRequest

from bot.line.client import LineSender
from bot.line.http_client import Answer, Json, refusal
from knowledge.vocabulary import CASE_CATEGORIES, READING_LANGUAGES
from knowledge.wording import load_sentences
from routing.domain.messages import postback

_PREFIX = "onestop-"
_WIDTH, _HEIGHT = 2500, 1686
_COLUMNS = (25, 850, 1675)
_CALLS = (("119", "火災、救護 119"), ("1911", "停電 1911"), ("1910", "停水 1910"))
"""Also in knowledge/data/emergency.yaml, with their sources; a test sees that they agree."""

log = structlog.get_logger("line.richmenu")


def _area(x: int, y: int, width: int, height: int, action: Json) -> Json:
    return {"bounds": {"x": x, "y": y, "width": width, "height": height}, "action": action}


def _tap(label: str, action: str, **values: str) -> Json:
    return {"type": "postback", "label": label, "data": postback(action, **values), "displayText": label}


def _areas() -> list[Json]:
    tiles = (("問問題", "menu"), ("我的案件", "my_cases"), ("請專人協助", "open_case"))
    areas = [_area(x, 25, 800, 800, _tap(*tile)) for x, tile in zip(_COLUMNS, tiles, strict=True)]
    rows = (995, 1211, 1427)
    for at, name in enumerate(CASE_CATEGORIES):
        label = load_sentences().say(f"category.{name}", None)
        x = _COLUMNS[0] + (36, 410)[at % 2]
        areas.append(
            _area(
                x,
                rows[at // 2],
                354,
                196,
                _tap(label, "category", category=name),
            )
        )
    for y, lang in zip(rows, READING_LANGUAGES, strict=True):
        areas.append(_area(_COLUMNS[1] + 36, y, 728, 196, _tap(lang.own_name, "language", lang=lang)))
    for y, (number, label) in zip(rows, _CALLS, strict=True):
        action = {"type": "uri", "label": label, "uri": f"tel:{number}"}
        areas.append(_area(_COLUMNS[2] + 36, y, 728, 196, action))
    return areas


def picture() -> bytes:
    """The menu's picture, a PNG of 2500 by 1686 pixels."""
    return (resources.files("bot.line") / "assets" / "richmenu.png").read_bytes()


def definition() -> Json:
    """The menu as LINE takes it; its name says what it is, to the last pixel."""
    menu: dict[str, Any] = {
        "size": {"width": _WIDTH, "height": _HEIGHT}, "selected": True, "chatBarText": "選單 Menu", "areas": _areas(),
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(menu, sort_keys=True).encode() + picture()).hexdigest()
    return {"name": f"{_PREFIX}{digest[:16]}", **menu}


def deploy(sender: LineSender) -> str:
    """Put the menu in place for everybody and give its id. Running it again changes nothing.

    An attempt that broke off is taken up where it stopped. Older menus of ours go, those of others stay.

    Raises:
        DeliveryError: LINE refused a step or did not answer.
    """
    menu = definition()
    ours = [one for one in _listed(sender) if str(one.get("name", "")).startswith(_PREFIX)]
    found = next((str(one["richMenuId"]) for one in ours if one.get("name") == menu["name"]), None)
    menu_id = found or _create(sender, menu)
    if found is None or not _has_picture(sender, menu_id):
        _upload(sender, menu_id)
    api = sender.http.api
    if _default(sender) != menu_id:
        _asked(sender, api.set_default_rich_menu_with_http_info, menu_id)
    for old in ours:
        if old["richMenuId"] != menu_id:
            _asked(sender, api.delete_rich_menu_with_http_info, old["richMenuId"])
    log.info("menu_in_place", menu=menu_id, created=found is None)
    return menu_id


def _asked(sender: LineSender, method: Callable[..., Any], *values: object, absent: bool = False) -> Answer:
    """Call the API; ``absent``: a 404 is an answer too."""
    answer = sender.http.ask(method, *values)
    if not 200 <= answer.status < 300 and not (absent and answer.status == 404):
        raise refusal(answer)
    return answer


def _listed(sender: LineSender) -> list[Json]:
    """All menus, as they came: a strange one among those of others is none of our business."""
    menus = _asked(sender, sender.http.api.get_rich_menu_list_with_http_info).json().get("richmenus", [])
    return [menu for menu in menus if isinstance(menu, dict) and "richMenuId" in menu]


def _create(sender: LineSender, menu: Json) -> str:
    request = RichMenuRequest.from_dict(menu)
    return str(_asked(sender, sender.http.api.create_rich_menu_with_http_info, request).json()["richMenuId"])


def _has_picture(sender: LineSender, menu_id: str) -> bool:
    return _asked(sender, sender.http.blob.get_rich_menu_image_with_http_info, menu_id, absent=True).status == 200


def _upload(sender: LineSender, menu_id: str) -> None:
    answer = sender.http.ask(
        sender.http.blob.set_rich_menu_image_with_http_info, menu_id, picture(), headers={"Content-Type": "image/png"}
    )
    if not 200 <= answer.status < 300:
        raise refusal(answer)


def _default(sender: LineSender) -> str | None:
    """The menu everybody sees now; None if there is none."""
    found = (
        _asked(sender, sender.http.api.get_default_rich_menu_id_with_http_info, absent=True).json().get("richMenuId")
    )
    return str(found) if found else None
