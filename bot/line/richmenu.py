"""The rich menu under the chat: five tabs, their pictures, and their deployment.

`deploy` is safe to run at every release: a menu's name carries a hash of what it is, so nothing is made anew unless
it changed (LINE allows a hundred creations an hour; Messaging API reference, "Rate limits" and "Rich menu"). Tabs are
menus of their own that switch to each other by alias. Picture and places to tap come from the same table; the
pictures are drawn by ``python -m tests.screenshots.richmenu``.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

import structlog
from linebot.v3.messaging import CreateRichMenuAliasRequest, RichMenuRequest, UpdateRichMenuAliasRequest

from bot.line import flex, limits
from bot.line.client import LineSender
from bot.line.http_client import Answer, Json, refusal
from knowledge.vocabulary import CASE_CATEGORIES, READING_LANGUAGES, Language
from knowledge.wording import load_sentences
from routing.domain.messages import Button, postback

_PREFIX = "onestop-"
WIDTH, HEIGHT = 2500, 1686
_BAR, _GAP = 290, 25

log = structlog.get_logger("line.richmenu")


@dataclass(frozen=True, slots=True)
class Cell:
    """A place to tap: words in Chinese, English and Japanese, what it does, and its cells of the tab's grid.

    ``at``: column, row, columns and rows taken. ``look``: plain, main or urgent.
    """

    words: tuple[str, str, str]
    at: tuple[int, int, int, int]
    data: str | None = None
    url: str | None = None
    look: str = "plain"


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab: its name in aliases, its words, and what can be tapped in a grid of so many columns and rows."""

    name: str
    words: tuple[str, str, str]
    grid: tuple[int, int]
    cells: tuple[Cell, ...]


def _said(key: str) -> tuple[str, str, str]:
    say = load_sentences().say
    return say(key, Language.ZH_TW), say(key, Language.EN), say(key, Language.JA)


def tabs() -> tuple[Tab, ...]:
    """Ask, my cases, parks and land, contact, language; the first is shown at first."""
    categories = tuple(
        Cell(_said(f"category.{name}"), (at % 3 * 2, 2 + at // 3, 2, 1), postback("category", category=name))
        for at, name in enumerate(CASE_CATEGORIES)
    )
    languages = tuple(
        Cell((one.own_name, "", ""), (0, at, 1, 1), postback("language", lang=one))
        for at, one in enumerate(READING_LANGUAGES)
    )
    return (
        Tab("ask", ("問問題", "Ask", "質問"), (6, 4), (
            Cell(("直接打字問", "Type your question", "入力して質問"), (0, 0, 3, 2), postback("tab", name="type"),
                 look="main"),
            Cell(_said("button.open_case"), (3, 0, 3, 2), postback("open_case")),
            *categories,
        )),
        Tab("cases", ("我的案件", "My cases", "案件"), (2, 2), (
            Cell(_said("button.my_cases"), (0, 0, 1, 1), postback("my_cases"), look="main"),
            Cell(("何時回復", "When is the reply?", "回答はいつ"), (1, 0, 1, 1), postback("progress")),
            Cell(_said("button.reopen"), (0, 1, 1, 1), postback("reopen")),
            Cell(("新案件", "New case", "新しい案件"), (1, 1, 1, 1), postback("open_case")),
        )),
        Tab("land", ("園區土地", "Parks & land", "園区・土地"), (2, 2), (
            Cell(("哪裡有土地廠房", "Land and plants to let", "土地・工場を探す"), (0, 0, 1, 1),
                 postback("faq", id="land-find-platform"), look="main"),
            Cell(("現有可租標的", "What is free now", "現在の空き"), (1, 0, 1, 1),
                 postback("faq", id="land-available-list")),
            Cell(("高屏的園區", "Our parks", "所管の園区"), (0, 1, 1, 1), postback("faq", id="other-parks-list")),
            Cell(_said("category.construction"), (1, 1, 1, 1), postback("category", category="construction")),
        )),
        Tab("contact", ("聯絡", "Contact", "連絡先"), (3, 2), (
            Cell(("請專人協助", "Ask a person", "担当者に相談"), (0, 0, 1, 1), postback("person"), look="main"),
            Cell(("上班時間", "Office hours", "業務時間"), (1, 0, 1, 1), postback("hours")),
            Cell(("隱私與資料", "Privacy", "個人情報"), (2, 0, 1, 1), postback("privacy")),
            Cell(("119 火災救護", "Fire, ambulance", "火災・救急"), (0, 1, 1, 1), url="tel:119", look="urgent"),
            Cell(("1911 停電", "Power outage", "停電"), (1, 1, 1, 1), url="tel:1911", look="urgent"),
            Cell(("1910 停水", "Water outage", "断水"), (2, 1, 1, 1), url="tel:1910", look="urgent"),
        )),
        Tab("language", ("語言", "Language", "言語"), (1, 3), languages),
    )  # fmt: skip


Bounds = tuple[int, int, int, int]


def _places(tab: Tab) -> list[tuple[Bounds, Cell]]:
    """Where each cell lies in the picture: x, y, width, height."""
    columns, rows = tab.grid
    wide, high = (WIDTH - _GAP) / columns, (HEIGHT - _BAR - _GAP) / rows

    def bounds(at: tuple[int, int, int, int]) -> Bounds:
        column, row, across, down = at
        x, y = _GAP + column * wide, _BAR + _GAP + row * high
        return round(x), round(y), round(across * wide - _GAP), round(down * high - _GAP)

    return [(bounds(cell.at), cell) for cell in tab.cells]


def _bar() -> list[tuple[Bounds, Tab]]:
    wide = WIDTH // len(tabs())
    return [((at * wide, 0, wide, _BAR), tab) for at, tab in enumerate(tabs())]


def _area(bounds: Bounds, action: Json) -> Json:
    return {"bounds": dict(zip(("x", "y", "width", "height"), bounds, strict=True)), "action": action}


def _tap(cell: Cell) -> Json:
    if cell.data == postback("tab", name="type"):
        return {"type": "postback", "label": cell.words[0], "data": cell.data, "inputOption": "openKeyboard"}
    shown = None if cell.url else cell.words[0]
    made = flex.action(Button(cell.words[0], data=cell.data, url=cell.url, shown=shown), limits.QUICK_LABEL)
    if made is None:
        raise ValueError(cell)
    return made


def _switch(tab: Tab) -> Json:
    return {
        "type": "richmenuswitch", "label": tab.words[0], "richMenuAliasId": _alias(tab),
        "data": postback("tab", name=tab.name),
    }  # fmt: skip


def _alias(tab: Tab) -> str:
    return f"{_PREFIX}{tab.name}"


def picture(tab: Tab) -> bytes:
    """The tab's picture, a PNG of 2500 by 1686 pixels."""
    return (resources.files("bot.line") / "assets" / f"richmenu-{tab.name}.png").read_bytes()


def page(tab: Tab) -> str:
    """The page the tab's picture is drawn from: each box stands where it is tapped."""

    def box(kind: str, bounds: Bounds, words: tuple[str, str, str]) -> str:
        x, y, wide, high = bounds
        small = "".join(f"<span>{html.escape(word)}</span>" for word in words[1:] if word)
        style = f"left:{x}px;top:{y}px;width:{wide}px;height:{high}px"
        inside = f"<b>{html.escape(words[0])}</b><small>{small}</small>"
        return f'<div class="{kind}" style="{style}">{inside}</div>'

    bar = [box("tab on" if one.name == tab.name else "tab", bounds, one.words) for bounds, one in _bar()]
    cells = [box(f"cell {cell.look}", bounds, cell.words) for bounds, cell in _places(tab)]
    style = (resources.files("bot.line") / "assets" / "richmenu.css").read_text(encoding="utf-8")
    head = f'<!doctype html><html lang="zh-Hant-TW"><head><meta charset="utf-8"><style>{style}</style></head>'
    return f"{head}<body>{''.join(bar)}{''.join(cells)}</body></html>\n"


def definition(tab: Tab) -> Json:
    """The tab as LINE takes it; its name says what it is, to the last pixel."""
    areas = [_area(bounds, _switch(one)) for bounds, one in _bar() if one.name != tab.name]
    areas += [_area(bounds, _tap(cell)) for bounds, cell in _places(tab)]
    menu: dict[str, Any] = {
        "size": {"width": WIDTH, "height": HEIGHT}, "selected": True, "chatBarText": "選單 Menu", "areas": areas,
    }  # fmt: skip
    digest = hashlib.sha256(json.dumps(menu, sort_keys=True).encode() + picture(tab)).hexdigest()
    return {"name": f"{_PREFIX}{digest[:16]}", **menu}


def deploy(sender: LineSender) -> str:
    """Put the tabs in place for everybody and give the id of the first. Running it again changes nothing.

    An attempt that broke off is taken up where it stopped. Older menus of ours go, those of others stay.

    Raises:
        DeliveryError: LINE refused a step or did not answer.
    """
    ours = [one for one in _listed(sender) if str(one.get("name", "")).startswith(_PREFIX)]
    aliases = _aliases(sender)
    ids = []
    for tab in tabs():
        menu_id = _put(sender, tab, ours)
        _point(sender, _alias(tab), menu_id, aliases)
        ids.append(menu_id)
    api = sender.http.api
    if _default(sender) != ids[0]:
        _asked(sender, api.set_default_rich_menu_with_http_info, ids[0])
    for old in ours:
        if old["richMenuId"] not in ids:
            _asked(sender, api.delete_rich_menu_with_http_info, old["richMenuId"])
    log.info("menu_in_place", menu=ids[0])
    return ids[0]


def _put(sender: LineSender, tab: Tab, ours: list[Json]) -> str:
    menu = definition(tab)
    found = next((str(one["richMenuId"]) for one in ours if one.get("name") == menu["name"]), None)
    menu_id = found or _create(sender, menu)
    if found is None or not _has_picture(sender, menu_id):
        _upload(sender, menu_id, picture(tab))
    return menu_id


def _point(sender: LineSender, alias: str, menu_id: str, aliases: dict[str, str]) -> None:
    api = sender.http.api
    if alias not in aliases:
        request = CreateRichMenuAliasRequest(richMenuAliasId=alias, richMenuId=menu_id)
        _asked(sender, api.create_rich_menu_alias_with_http_info, request)
    elif aliases[alias] != menu_id:
        request = UpdateRichMenuAliasRequest(richMenuId=menu_id)
        _asked(sender, api.update_rich_menu_alias_with_http_info, alias, request)


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


def _aliases(sender: LineSender) -> dict[str, str]:
    """Which menu each alias points to."""
    found = _asked(sender, sender.http.api.get_rich_menu_alias_list_with_http_info).json().get("aliases", [])
    return {str(one.get("richMenuAliasId")): str(one.get("richMenuId")) for one in found if isinstance(one, dict)}


def _create(sender: LineSender, menu: Json) -> str:
    request = RichMenuRequest.from_dict(menu)
    return str(_asked(sender, sender.http.api.create_rich_menu_with_http_info, request).json()["richMenuId"])


def _has_picture(sender: LineSender, menu_id: str) -> bool:
    return _asked(sender, sender.http.blob.get_rich_menu_image_with_http_info, menu_id, absent=True).status == 200


def _upload(sender: LineSender, menu_id: str, image: bytes) -> None:
    answer = sender.http.ask(
        sender.http.blob.set_rich_menu_image_with_http_info, menu_id, image, headers={"Content-Type": "image/png"}
    )
    if not 200 <= answer.status < 300:
        raise refusal(answer)


def _default(sender: LineSender) -> str | None:
    """The menu everybody sees now; None if there is none."""
    answer = _asked(sender, sender.http.api.get_default_rich_menu_id_with_http_info, absent=True)
    found = answer.json().get("richMenuId")
    return str(found) if found else None
