"""The demo's phones: a client of the simulator's control interface, and their chats kept over a restart.

The simulator forgets everything when it stops, the product does not; so the chats are put into a file of the data
folder and back, or the phones would be empty while their cases go on.
"""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

from bot.simulator.state import Bubble, Platform, User

Json = dict[str, Any]
_ANSWER_SECONDS = 8.0
_USER = ("user_id", "display_name", "language", "picture_url", "friend", "blocked", "last_message_at")
_BUBBLE = ("id", "sender", "at_ms", "message", "author", "quote_token", "read", "unsent", "via", "request_id")


class Phones:
    """Acts for demo users over HTTP, as the chat page does."""

    def __init__(self, simulator: str) -> None:
        self._base = f"{simulator}/sim"

    def add(self, user_id: str, name: str, *, language: str | None = None, follow: bool) -> None:
        """A user with this ID; one who is there already stays as they are."""
        if user_id in {one["userId"] for one in self._call("/users")["users"]}:
            return
        body = {"userId": user_id, "displayName": name, "language": language, "friend": True, "follow": follow}
        self._call("/users", body)

    def text(self, user_id: str, text: str) -> None:
        """Write, and wait for an answer."""
        self._and_wait(user_id, "text", {"text": text})

    def tap(self, user_id: str, data: str, shown: str) -> None:
        """Tap a button, and wait for an answer."""
        self._and_wait(user_id, "postback", {"data": data, "displayText": shown})

    def said(self, user_id: str) -> list[Json]:
        """What the account has sent to this user, in order."""
        bubbles: list[Json] = self._call(f"/users/{user_id}/transcript")["bubbles"]
        return [bubble for bubble in bubbles if bubble["from"] == "bot"]

    def wait_for_more(self, user_id: str, than: int, *, seconds: float = _ANSWER_SECONDS) -> bool:
        """Wait until the account has sent more than so many messages; False if it did not in so many seconds."""
        limit = time.monotonic() + seconds
        while len(self.said(user_id)) <= than:
            if time.monotonic() > limit:
                return False
            time.sleep(0.05)
        return True

    def _and_wait(self, user_id: str, action: str, body: Json) -> None:
        before = len(self.said(user_id))
        self._call(f"/users/{user_id}/{action}", body)
        self.wait_for_more(user_id, before)

    def _call(self, path: str, body: Json | None = None) -> Json:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 - our own simulator on loopback
            self._base + path, data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=15) as answer:  # noqa: S310
            found: Json = json.load(answer)
        return found


def keep_chats(platform: Platform, path: Path) -> None:
    """Write every phone with its chat to a file; what was sent as a picture keeps its place but not its bytes."""
    with platform.lock:
        users = [
            {
                **{name: getattr(user, name) for name in _USER},
                "bubbles": [{name: getattr(bubble, name) for name in _BUBBLE} for bubble in user.chat.bubbles],
            }
            for user in platform.users.values()
        ]
    half = path.with_suffix(".part")
    half.write_text(json.dumps(users, ensure_ascii=False), encoding="utf-8")
    half.replace(path)


def bring_back_chats(platform: Platform, path: Path) -> bool:
    """Put the phones of the file into a simulator that has none; False if there is no usable file."""
    try:
        users = json.loads(path.read_text(encoding="utf-8"))
        found = {row["user_id"]: _user(row) for row in users}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    with platform.lock:
        platform.users.update(found)
    return True


def _user(row: Json) -> User:
    user = User(**{name: row[name] for name in _USER})
    for bubble in row["bubbles"]:
        user.chat.add(Bubble(**{name: bubble[name] for name in _BUBBLE}))
    return user
