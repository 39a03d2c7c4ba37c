"""What the chat page and the tests see of a user and a chat."""

from __future__ import annotations

from bot.simulator.state import Json, Platform, User


def user_summary(platform: Platform, user: User) -> Json:
    """A user as lists show them."""
    last = user.chat.bubbles[-1] if user.chat.bubbles else None
    return {
        "userId": user.user_id,
        "displayName": user.display_name,
        "language": user.language,
        "pictureUrl": user.picture_url,
        "friend": user.friend,
        "blocked": user.blocked,
        "deleted": user.deleted,
        "richMenuId": user.richmenu_id or platform.default_richmenu,
        "lastAt": last.at_ms if last else None,
        "lastText": _preview(last.message) if last and not last.unsent else "",
    }


def _preview(message: Json) -> str:
    """One line of a message as a list of chats shows it."""
    words = {"image": "[照片]", "video": "[影片]", "audio": "[語音]", "file": "[檔案]", "sticker": "[貼圖]",
             "location": "[位置]"}  # fmt: skip
    text = message.get("text") or message.get("altText") or words.get(str(message.get("type")), "")
    return str(text).replace("\n", " ")[:60]


def richmenu_view(platform: Platform, user: User) -> Json | None:
    """The menu this user has now: their own before the default."""
    menu = platform.richmenus.get(user.richmenu_id or platform.default_richmenu or "")
    if menu is None or menu.image is None:
        return None
    return {
        "richMenuId": menu.richmenu_id,
        "chatBarText": menu.body.get("chatBarText", ""),
        "selected": menu.body.get("selected", False),
        "size": menu.body.get("size"),
        "areas": menu.body.get("areas", []),
        "imageUrl": f"/chat/media/richmenu/{menu.richmenu_id}",
    }


def chat_view(platform: Platform, user: User, version: int) -> Json:
    """All a phone shows; only `unchanged` when the page is up to date."""
    now = platform.clock.now()
    loading = user.chat.loading_until is not None and user.chat.loading_until > now
    head: Json = {"version": user.chat.version, "loading": loading, "now": int(now * 1000)}
    if version == user.chat.version:
        return {**head, "unchanged": True}
    return {
        **head,
        "user": user_summary(platform, user),
        "bot": {"name": platform.config.bot_name, "basicId": platform.config.basic_id},
        "richMenu": richmenu_view(platform, user),
        "bubbles": [one.as_json() for one in user.chat.bubbles],
    }
