"""The rich menu: valid, drawn as described, and put in place once, whatever breaks off in between."""

from __future__ import annotations

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
from routing.domain.dialogue.router import ACTIONS
from routing.domain.errors import DeliveryError
from tests.schema_check import schema_faults


@pytest.fixture
def line() -> Iterator[httpx.Client]:
    port = free_port()
    config = SimulatorConfig(
        channel_secret="s", access_token="t", webhook_url="http://127.0.0.1:9/", public_url=f"http://127.0.0.1:{port}"
    )
    with (
        SimulatorServer(config, port=port) as server,
        httpx.Client(base_url=server.url, headers={"Authorization": "Bearer t"}) as client,
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
    assert len(calls(line)) == 3
    assert richmenu.deploy(sender) == menu_id
    assert calls(line) == []


def test_what_broke_off_is_taken_up(line: httpx.Client, sender: LineSender) -> None:
    line.post("/sim/faults", json={"endpoint": "/v2/bot/richmenu/*/content", "kind": "error_before", "count": 1})
    with pytest.raises(DeliveryError):
        richmenu.deploy(sender)
    menu_id = richmenu.deploy(sender)
    assert [one["richMenuId"] for one in menus(line)] == [menu_id]
    assert line.get("/v2/bot/user/all/richmenu").json() == {"richMenuId": menu_id}


def test_older_menus_of_ours_go_and_those_of_others_stay(line: httpx.Client, sender: LineSender) -> None:
    for name in ("onestop-0123456789abcdef", "somebody's"):
        line.post("/v2/bot/richmenu", json={**richmenu.definition(), "name": name}).raise_for_status()
    richmenu.deploy(sender)
    assert sorted(one["name"] for one in menus(line)) == sorted([richmenu.definition()["name"], "somebody's"])


def test_it_is_what_line_takes() -> None:
    menu = richmenu.definition()
    assert list(schema_faults(menu, "RichMenuRequest", "menu")) == []
    assert len(menu["chatBarText"]) <= 14
    assert len(menu["areas"]) <= 20
    assert all(len(area["action"]["label"]) <= 20 for area in menu["areas"])


def test_areas_lie_inside_and_apart() -> None:
    boxes = [tuple(area["bounds"].values()) for area in richmenu.definition()["areas"]]
    for x, y, width, height in boxes:
        assert x >= 0
        assert y >= 0
        assert x + width <= 2500
        assert y + height <= 1686
    for at, (x, y, width, height) in enumerate(boxes):
        for left, top, wide, high in boxes[at + 1 :]:
            assert x + width <= left or left + wide <= x or y + height <= top or top + high <= y


def test_every_tap_is_understood() -> None:
    data = [area["action"]["data"] for area in richmenu.definition()["areas"] if "data" in area["action"]]
    assert {parse_qs(one)["action"][0] for one in data} <= ACTIONS
    assert {parse_qs(one).get("lang", [""])[0] for one in data} >= {"zh-TW", "en", "ja"}


def test_emergency_numbers_are_those_with_a_source() -> None:
    text = (resources.files("knowledge") / "data" / "emergency.yaml").read_text(encoding="utf-8")
    known = {one["number"] for one in yaml.safe_load(text)["numbers"].values()}
    uris = [area["action"]["uri"] for area in richmenu.definition()["areas"] if "uri" in area["action"]]
    assert {uri.removeprefix("tel:") for uri in uris} <= known


def test_the_picture_is_one_line_takes() -> None:
    picture = richmenu.picture()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", picture[16:24]) == (2500, 1686)
    assert len(picture) <= 1024 * 1024


@pytest.mark.browser
def test_what_is_tapped_is_where_it_is_drawn(page: Page) -> None:
    """The page the picture comes from has each box at its area."""
    page.set_viewport_size({"width": 2500, "height": 1686})
    page.set_content((resources.files("bot.line") / "assets" / "richmenu.html").read_text(encoding="utf-8"))
    drawn = page.eval_on_selector_all(
        ".tile, .panel a",
        "boxes => boxes.map(box => { const r = box.getBoundingClientRect();"
        " return [Math.round(r.x), Math.round(r.y), Math.round(r.width), Math.round(r.height)]; })",
    )
    areas = [list(area["bounds"].values()) for area in richmenu.definition()["areas"]]
    assert sorted(drawn) == sorted(areas)
