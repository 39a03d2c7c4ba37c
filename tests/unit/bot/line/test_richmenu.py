"""The rich menu: valid, drawn as described, and put in place once, whatever breaks off in between."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator
from importlib import resources
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
import yaml
from playwright.sync_api import Page

from bot.line import richmenu
from bot.line.client import LineSender
from bot.simulator.config import SimulatorConfig
from bot.simulator.running import SimulatorServer, free_port
from knowledge.loading import load_knowledge
from routing.domain.dialogue.router import ACTIONS
from routing.domain.errors import DeliveryError
from tests.harness import local_http
from tests.harness.line_schema import schema_faults

TABS = richmenu.tabs()
NAMES = [tab.name for tab in TABS]


def actions(tab: richmenu.Tab) -> list[dict[str, Any]]:
    return [area["action"] for area in richmenu.definition(tab)["areas"]]


@pytest.fixture
def line() -> Iterator[httpx.Client]:
    port = free_port()
    config = SimulatorConfig(
        channel_secret="s", access_token="t", webhook_url="http://127.0.0.1:9/", public_url=f"http://127.0.0.1:{port}"
    )
    with (
        SimulatorServer(config, port=port) as server,
        local_http.client(base_url=server.url, headers={"Authorization": "Bearer t"}) as client,
    ):
        yield client


@pytest.fixture
def sender(line: httpx.Client) -> LineSender:
    base = str(line.base_url).rstrip("/")
    return LineSender(base, base, "t")


def calls(line: httpx.Client) -> list[tuple[str, str]]:
    made = [(one["method"], one["path"]) for one in line.get("/sim/calls").json()["calls"]]
    line.delete("/sim/calls")
    return [one for one in made if one[0] != "GET"]


def menus(line: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = line.get("/v2/bot/richmenu/list").json()["richmenus"]
    return found


def test_it_is_put_in_place_once(line: httpx.Client, sender: LineSender) -> None:
    """LINE allows a hundred creations an hour; a restart makes none."""
    menu_id = richmenu.deploy(sender)
    assert line.get("/v2/bot/user/all/richmenu").json() == {"richMenuId": menu_id}
    tabs = len(richmenu.tabs())
    assert len(calls(line)) == 3 * tabs + 1, "create, picture and alias of each, and the first for everybody"
    assert richmenu.deploy(sender) == menu_id
    assert calls(line) == []


def test_what_broke_off_is_taken_up(line: httpx.Client, sender: LineSender) -> None:
    line.post("/sim/faults", json={"endpoint": "/v2/bot/richmenu/*/content", "kind": "error_before", "count": 1})
    with pytest.raises(DeliveryError):
        richmenu.deploy(sender)
    menu_id = richmenu.deploy(sender)
    assert len(menus(line)) == len(richmenu.tabs())
    assert line.get("/v2/bot/user/all/richmenu").json() == {"richMenuId": menu_id}


def test_older_menus_of_ours_go_and_those_of_others_stay(line: httpx.Client, sender: LineSender) -> None:
    old = richmenu.definition(TABS[0])
    for name in ("onestop-0123456789abcdef", "somebody's"):
        line.post("/v2/bot/richmenu", json={**old, "name": name}).raise_for_status()
    richmenu.deploy(sender)
    names = [richmenu.definition(tab)["name"] for tab in TABS]
    assert sorted(one["name"] for one in menus(line)) == sorted([*names, "somebody's"])


def test_a_tab_that_changed_is_pointed_to_anew(line: httpx.Client, sender: LineSender) -> None:
    richmenu.deploy(sender)
    alias = line.get("/v2/bot/richmenu/alias/onestop-cases").json()
    other = line.get("/v2/bot/richmenu/alias/onestop-ask").json()["richMenuId"]
    line.post("/v2/bot/richmenu/alias/onestop-cases", json={"richMenuId": other}).raise_for_status()
    richmenu.deploy(sender)
    assert line.get("/v2/bot/richmenu/alias/onestop-cases").json() == alias


def test_each_tab_leads_to_the_others() -> None:
    """Ask, my cases, parks and land, contact, language."""
    assert [tab.name for tab in TABS] == ["ask", "cases", "land", "contact", "language"]
    for tab in TABS:
        switches = [one for one in actions(tab) if one["type"] == "richmenuswitch"]
        assert [one["richMenuAliasId"] for one in switches] == [
            f"onestop-{other.name}" for other in TABS if other is not tab
        ]


def test_the_menu_makes_room_for_what_is_asked_next() -> None:
    options = {one["data"]: one.get("inputOption") for tab in TABS for one in actions(tab) if one["type"] == "postback"}
    assert options["action=open_case"] == "closeRichMenu"
    assert options["action=category&category=land"] == "closeRichMenu"
    assert options["action=tab&name=type"] == "openKeyboard"
    assert options["action=language&lang=en"] is None


@pytest.mark.parametrize("tab", TABS, ids=NAMES)
def test_it_is_what_line_takes(tab: richmenu.Tab) -> None:
    menu = richmenu.definition(tab)
    assert list(schema_faults(menu, "RichMenuRequest", "menu")) == []
    assert len(menu["chatBarText"]) <= 14
    assert len(menu["areas"]) <= 20
    assert all(len(area["action"]["label"]) <= 20 for area in menu["areas"])


@pytest.mark.parametrize("tab", TABS, ids=NAMES)
def test_areas_lie_inside_and_apart(tab: richmenu.Tab) -> None:
    boxes = [tuple(area["bounds"].values()) for area in richmenu.definition(tab)["areas"]]
    for x, y, width, height in boxes:
        assert x >= 0
        assert y >= 0
        assert x + width <= 2500
        assert y + height <= 1686
    for at, (x, y, width, height) in enumerate(boxes):
        for left, top, wide, high in boxes[at + 1 :]:
            assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y


def test_every_tap_is_understood() -> None:
    data = [parse_qs(one["data"]) for tab in TABS for one in actions(tab) if "data" in one]
    assert {one["action"][0] for one in data} <= ACTIONS
    assert {one.get("lang", [""])[0] for one in data} >= {"zh-TW", "en", "ja"}
    known = {entry.id for entry in load_knowledge().entries}
    assert {one["id"][0] for one in data if one["action"] == ["faq"]} <= known


def test_emergency_numbers_are_those_with_a_source() -> None:
    text = (resources.files("knowledge") / "data" / "emergency.yaml").read_text(encoding="utf-8")
    known = {one["number"] for one in yaml.safe_load(text)["numbers"].values()}
    uris = [one["uri"] for tab in TABS for one in actions(tab) if "uri" in one]
    assert {uri.removeprefix("tel:") for uri in uris} == {"119", "1911", "1910"}
    assert {uri.removeprefix("tel:") for uri in uris} <= known


@pytest.mark.parametrize("tab", TABS, ids=NAMES)
def test_the_picture_is_one_line_takes_and_drawn_from_the_present_page(tab: richmenu.Tab) -> None:
    """`python -m tests.screenshots.richmenu` draws them anew."""
    picture = richmenu.picture(tab)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (2500, 1686)
    assert len(picture) <= 1024 * 1024
    drawn = json.loads((resources.files("bot.line") / "assets" / "richmenu.json").read_text(encoding="utf-8"))
    assert drawn[tab.name] == hashlib.sha256(richmenu.page(tab).encode()).hexdigest()


@pytest.mark.browser
@pytest.mark.parametrize("tab", TABS, ids=NAMES)
def test_what_is_tapped_is_where_it_is_drawn_and_its_words_fit(page: Page, tab: richmenu.Tab) -> None:
    page.set_viewport_size({"width": 2500, "height": 1686})
    page.set_content(richmenu.page(tab))
    drawn = page.eval_on_selector_all(
        ".tab:not(.on), .cell",
        "boxes => boxes.map(box => { const r = box.getBoundingClientRect();"
        " return [Math.round(r.x), Math.round(r.y), Math.round(r.width), Math.round(r.height)]; })",
    )
    areas = [list(area["bounds"].values()) for area in richmenu.definition(tab)["areas"]]
    assert sorted(drawn) == sorted(areas)
    cut = (
        "boxes => boxes.filter(box => box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight).length"
    )
    assert page.eval_on_selector_all(".tab, .cell", cut) == 0
