"""Profiles, bot info, followers, groups, loading animation and read marks."""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.simulator.api.calls import Answer, Call, Endpoint, Refusal, Services, invalid_property, refuse_if_invalid
from bot.simulator.state import USER_ID, Chat, Group, Json, User
from bot.simulator.validation.report import Report

_GROUP_ID = re.compile(r"[CR][0-9a-f]{32}")
_DEFAULT_LOADING, _MIN_LOADING, _MAX_LOADING = 20, 5, 60


def _user_id(call: Call) -> str:
    user_id = call.params["user_id"]
    if not USER_ID.fullmatch(user_id):
        raise Refusal(400, "The value for the 'userId' parameter is invalid")
    return user_id


def _profile(user: User, *, language: bool) -> Json:
    body: Json = {"displayName": user.display_name, "userId": user.user_id}
    if user.picture_url:
        body["pictureUrl"] = user.picture_url
    if language and user.language:
        body["language"] = user.language
    return body


def profile(services: Services, call: Call) -> Answer:
    """404 for who blocked the account, is unknown, or neither added it nor wrote to it."""
    user = services.platform.users.get(_user_id(call))
    if user is None or user.blocked or user.deleted or not (user.friend or user.last_message_at):
        raise Refusal(404, "Not found")
    return Answer(200, _profile(user, language=True))


def bot_info(services: Services, _call: Call) -> Answer:
    """Who the account is and how it reads messages."""
    config = services.platform.config
    return Answer(
        200,
        {
            "userId": services.platform.bot_user_id,
            "basicId": config.basic_id,
            "displayName": config.bot_name,
            "chatMode": "bot" if config.auto_read else "chat",
            "markAsReadMode": "auto" if config.auto_read else "manual",
        },
    )


def _limit(call: Call, default: int, most: int) -> int:
    text = call.query.get("limit", str(default))
    if not text.isdecimal() or not 1 <= int(text) <= most:
        raise Refusal(400, "The value for the 'limit' parameter is invalid")
    return int(text)


def _page(services: Services, call: Call, name: str, ids: list[str], size: int) -> Json:
    start_token = call.query.get("start")
    tokens = services.platform.start_tokens
    if start_token is not None and start_token not in tokens:
        raise Refusal(400, "Invalid start param")
    start = tokens[start_token] if start_token else 0
    body: Json = {name: ids[start : start + size]}
    if start + size < len(ids):
        token = services.platform.ids.token()
        tokens[token] = start + size
        body["next"] = token
    return body


def followers(services: Services, call: Call) -> Answer:
    """IDs of friends, page by page; for verified accounts only."""
    platform = services.platform
    if not platform.verified_account:
        raise Refusal(403, "Access to this API is not available for your account")
    ids = [one.user_id for one in platform.users.values() if one.friend and not one.blocked]
    return Answer(200, _page(services, call, "userIds", ids, _limit(call, 300, 1000)))


def _group(services: Services, call: Call) -> Group:
    group_id = call.params["group_id"]
    kind = "groupId" if "/group/" in call.endpoint else "roomId"
    if not _GROUP_ID.fullmatch(group_id):
        raise Refusal(400, f"The value for the '{kind}' parameter is invalid")
    group = services.platform.groups.get(group_id)
    if group is None or not group.joined:
        raise Refusal(404, "Not found")
    return group


def group_summary(services: Services, call: Call) -> Answer:
    """Name of a group the account is in."""
    group = _group(services, call)
    return Answer(200, {"groupId": group.group_id, "groupName": group.name})


def group_count(services: Services, call: Call) -> Answer:
    """How many members, the account not counted."""
    return Answer(200, {"count": len(_group(services, call).members)})


def group_members(services: Services, call: Call) -> Answer:
    """IDs of members, page by page; for verified accounts only."""
    if not services.platform.verified_account:
        raise Refusal(403, "Access to this API is not available for your account")
    return Answer(200, _page(services, call, "memberIds", _group(services, call).members, 100))


def group_member(services: Services, call: Call) -> Answer:
    """Profile of a member, friend or not; without language."""
    group = _group(services, call)
    user = services.platform.users.get(_user_id(call))
    if user is None or user.user_id not in group.members:
        raise Refusal(404, "Not found")
    return Answer(200, _profile(user, language=False))


def leave_group(services: Services, call: Call) -> Answer:
    """Leave; LINE then sends the leave event."""
    group = _group(services, call)
    group.joined = False
    services.phone.group_event(group, "leave")
    return Answer()


def start_loading(services: Services, call: Call) -> Answer:
    """Show the three dots until the next message or the end of `loadingSeconds`."""
    body = call.json()
    report = Report()
    chat_id, seconds = body.get("chatId"), body.get("loadingSeconds", _DEFAULT_LOADING)
    if not isinstance(chat_id, str) or not chat_id:
        report.add("May not be empty", "chatId")
    elif not USER_ID.fullmatch(chat_id):
        report.add("Only user id is acceptable, group id and room id are not supported", "chatId")
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        raise invalid_property("loadingSeconds")
    if not _MIN_LOADING <= seconds <= _MAX_LOADING:
        report.add(f"Must be between {_MIN_LOADING} and {_MAX_LOADING}", "loadingSeconds")
    if seconds % 5:
        report.add("must be a multiple of five", "loadingSeconds")
    refuse_if_invalid(report)
    user = services.platform.users.get(str(chat_id))
    if user and not user.blocked:
        user.chat.loading_until = services.platform.clock.now() + seconds
        user.chat.version += 1
    return Answer(202)


def _mark(chat: Chat, token: str) -> bool:
    """Mark everything up to the token's message as read; says whether the chat knows it."""
    places = [index for index, one in enumerate(chat.bubbles) if one.mark_as_read_token == token]
    for bubble in chat.bubbles[: places[0] + 1] if places else []:
        bubble.read = True
    chat.version += bool(places)
    return bool(places)


def mark_as_read(services: Services, call: Call) -> Answer:
    """Mark everything up to the message of this token as read."""
    token = call.json().get("markAsReadToken")
    chats = [one.chat for one in services.platform.users.values()]
    chats += [one.chat for one in services.platform.groups.values()]
    if not isinstance(token, str) or not any(_mark(chat, token) for chat in chats):
        raise Refusal(400, "Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook.")
    return Answer()


def _group_endpoints(kind: str, parts: dict[str, Callable[[Services, Call], Answer]]) -> list[Endpoint]:
    base = f"/v2/bot/{kind}/{{group_id}}"
    methods = {"/leave": "POST"}
    return [Endpoint(methods.get(path, "GET"), base + path, f"{kind}{path}", done) for path, done in parts.items()]


_BOTH: dict[str, Callable[[Services, Call], Answer]] = {
    "/members/count": group_count,
    "/members/ids": group_members,
    "/member/{user_id}": group_member,
    "/leave": leave_group,
}
ENDPOINTS = (
    Endpoint("GET", "/v2/bot/profile/{user_id}", "profile", profile),
    Endpoint("GET", "/v2/bot/info", "info", bot_info),
    Endpoint("GET", "/v2/bot/followers/ids", "followers", followers),
    Endpoint("POST", "/v2/bot/chat/loading/start", "loading", start_loading),
    Endpoint("POST", "/v2/bot/chat/markAsRead", "markAsRead", mark_as_read),
    *_group_endpoints("group", {**_BOTH, "/summary": group_summary}),
    *_group_endpoints("room", _BOTH),
)
