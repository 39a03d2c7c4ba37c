"""Profiles, followers, loading, content and rich menus of the simulated platform, over HTTP."""

from __future__ import annotations

import re
import struct
import zlib
from typing import Any

import pytest

from bot.simulator.config import SimulatorConfig
from bot.simulator.running import SimulatorServer, free_port
from tests.unit.bot.simulator.conftest import Line

STRANGER = "U" + "0" * 32


def picture(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"".join(b"\0" + b"\x80\x90\xa0" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_profiles_exist_for_friends_and_writers(line: Line) -> None:
    """L17: 404 for who blocked the account; no language unless consented."""
    user = line.user("林小姐", language="zh-TW")
    assert line.api("GET", f"/v2/bot/profile/{user}").json() == {
        "displayName": "林小姐",
        "userId": user,
        "language": "zh-TW",
    }
    line.sim("POST", f"/users/{user}/block", {})
    assert line.api("GET", f"/v2/bot/profile/{user}").json() == {"message": "Not found"}
    assert line.api("GET", f"/v2/bot/profile/{STRANGER}").status_code == 404
    assert line.api("GET", "/v2/bot/profile/U1").json() == {
        "message": "The value for the 'userId' parameter is invalid"
    }


def test_followers_come_in_pages_to_verified_accounts(line: Line) -> None:
    people = [line.user(str(number)) for number in range(3)]
    first = line.api("GET", "/v2/bot/followers/ids", params={"limit": 2}).json()
    second = line.api("GET", "/v2/bot/followers/ids", params={"limit": 2, "start": first["next"]}).json()
    assert first["userIds"] + second["userIds"] == people
    assert "next" not in second
    assert line.api("GET", "/v2/bot/followers/ids", params={"start": "x"}).json() == {"message": "Invalid start param"}
    line.sim("POST", "/channel", {"verifiedAccount": False})
    assert line.api("GET", "/v2/bot/followers/ids").status_code == 403


@pytest.mark.parametrize(
    ("body", "status", "details"),
    [
        ({"loadingSeconds": 60}, 202, []),
        ({}, 202, []),
        ({"loadingSeconds": 65}, 400, ["Must be between 5 and 60"]),
        ({"loadingSeconds": 7}, 400, ["must be a multiple of five"]),
    ],
)
def test_loading_runs_in_steps_of_five(line: Line, body: dict[str, Any], status: int, details: list[str]) -> None:
    user = line.user()
    answer = line.api("POST", "/v2/bot/chat/loading/start", {"chatId": user, **body})
    assert answer.status_code == status
    assert [one["message"] for one in answer.json().get("details", [])] == details


def test_loading_ends_with_the_next_message(line: Line) -> None:
    user = line.user()
    line.api("POST", "/v2/bot/chat/loading/start", {"chatId": user})
    assert line.sim("GET", f"/users/{user}/view")["loading"]
    line.push(user)
    assert not line.sim("GET", f"/users/{user}/view")["loading"]
    refused = line.api("POST", "/v2/bot/chat/loading/start", {"chatId": "C" + "1" * 32}).json()["details"][0]
    assert refused["property"] == "chatId"
    assert refused["message"].startswith("Only user id is acceptable")


def test_content_is_there_until_it_is_unsent_or_old(line: Line) -> None:
    """L20: 202 while it is prepared, 410 after unsending, 404 when it has expired."""
    user = line.user()
    sent = line.sim("POST", f"/users/{user}/image", content=picture(2, 2), headers={"Content-Type": "image/png"})
    path = f"/v2/bot/message/{sent['messageId']}/content"
    found = line.api("GET", path)
    assert (found.status_code, found.headers["content-type"], found.content) == (200, "image/png", picture(2, 2))
    assert line.api("GET", path + "/preview").status_code == 200
    line.sim("POST", f"/users/{user}/unsend", {"messageId": sent["messageId"]})
    assert line.api("GET", path).json() == {"message": "The content is gone"}
    video = line.sim("POST", f"/users/{user}/video", {"readySeconds": 30})
    path = f"/v2/bot/message/{video['messageId']}/content"
    assert line.api("GET", path).status_code == 202
    assert line.api("GET", path + "/transcoding").json() == {"status": "processing"}
    line.sim("POST", "/clock", {"advance": 31})
    assert line.api("GET", path).status_code == 200
    line.sim("POST", "/clock", {"advance": 15 * 86_400})
    assert line.api("GET", path).json() == {"message": "not found"}


def test_files_have_no_preview(line: Line) -> None:
    user = line.user()
    sent = line.sim("POST", f"/users/{user}/file", {"fileName": "紀錄.pdf", "text": "內容"})
    path = f"/v2/bot/message/{sent['messageId']}/content"
    assert line.api("GET", path).content == "內容".encode()
    assert line.api("GET", path + "/preview").json() == {"message": "The content can not be previewed"}


def test_a_rich_menu_needs_its_image_and_a_user_menu_comes_first(line: Line) -> None:
    user = line.user()
    body = {"size": {"width": 800, "height": 270}, "selected": True, "name": "n", "chatBarText": "選單", "areas": []}
    first, second = (line.api("POST", "/v2/bot/richmenu", body).json()["richMenuId"] for _ in range(2))
    early = line.api("POST", f"/v2/bot/user/all/richmenu/{first}")
    assert early.json() == {"message": "must upload richmenu image before applying it to user"}
    image = {"headers": {"Content-Type": "image/png"}}
    wrong = line.api("POST", f"/v2/bot/richmenu/{first}/content", content=picture(800, 300), **image)
    assert wrong.json() == {"message": "The image size is not allowed for richmenu"}
    for menu in (first, second):
        assert (
            line.api("POST", f"/v2/bot/richmenu/{menu}/content", content=picture(800, 270), **image).status_code == 200
        )
    again = line.api("POST", f"/v2/bot/richmenu/{first}/content", content=picture(800, 270), **image)
    assert again.json() == {"message": "An image has already been uploaded to the richmenu"}
    line.api("POST", f"/v2/bot/user/all/richmenu/{first}")
    assert line.sim("GET", f"/users/{user}/view")["richMenu"]["richMenuId"] == first
    line.api("POST", f"/v2/bot/user/{user}/richmenu/{second}")
    assert line.sim("GET", f"/users/{user}/view")["richMenu"]["richMenuId"] == second
    line.api("DELETE", f"/v2/bot/richmenu/{second}")
    assert line.sim("GET", f"/users/{user}/view")["richMenu"]["richMenuId"] == first


def test_a_tab_switches_the_menu_and_tells_the_webhook(line: Line) -> None:
    user = line.user()
    body = {"size": {"width": 800, "height": 270}, "selected": True, "name": "n", "chatBarText": "選單", "areas": []}
    menu = line.api("POST", "/v2/bot/richmenu", body).json()["richMenuId"]
    line.api(
        "POST", f"/v2/bot/richmenu/{menu}/content", content=picture(800, 270), headers={"Content-Type": "image/png"}
    )
    alias = {"richMenuAliasId": "tab-a", "richMenuId": menu}
    assert line.api("POST", "/v2/bot/richmenu/alias", alias).json() == {}
    assert line.api("POST", "/v2/bot/richmenu/alias", alias).json() == {"message": "conflict richmenu alias id"}
    line.sim("POST", f"/users/{user}/richmenu-switch", {"richMenuAliasId": "tab-a", "data": "tab=a"})
    assert line.sim("GET", f"/users/{user}")["richMenuId"] == menu


def test_the_same_seed_gives_the_same_identifiers(line: Line) -> None:
    assert re.fullmatch(r"U[0-9a-f]{32}", line.user())
    config = SimulatorConfig(channel_secret="s", access_token="t", webhook_url="", public_url="", seed=3)
    first, second = (SimulatorServer(config, port=free_port()).app.state.platform.bot_user_id for _ in range(2))
    assert first == second
