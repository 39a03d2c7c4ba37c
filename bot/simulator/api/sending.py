"""Reply, push, multicast, broadcast, their validation, quota and delivery counts.

Sources: reference, Sending messages; Retry failed API requests; Messaging API pricing.
"""

from __future__ import annotations

import hashlib
import re
from datetime import datetime
from typing import Any, NoReturn

from bot.simulator.api.calls import Answer, Call, Endpoint, Refusal, Services, invalid_property, refuse_if_invalid
from bot.simulator.state import USER_ID, Bubble, Chat, Json, Platform, ReplyToken, RetryRecord
from bot.simulator.validation.messages import check_messages
from bot.simulator.validation.report import Report, Scope

_UNIT = re.compile(r"[A-Za-z0-9_]{1,30}")
_RETRY_KEY = re.compile(r"[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_RETRY_SECONDS = 86_400.0
_QUOTABLE = {"text", "textV2", "sticker", "image", "video", "template", "flex"}
_KINDS = ("reply", "push", "multicast", "broadcast")
_MAX_RECIPIENTS = 500


def _checked_messages(body: Json) -> list[Json]:
    refuse_if_invalid(check_messages(body.get("messages")))
    if not isinstance(body.get("notificationDisabled", False), bool):
        raise invalid_property("notificationDisabled")
    units = body.get("customAggregationUnits")
    if units is not None:
        report = Report()
        scope = Scope(report, "customAggregationUnits")
        for index, unit in enumerate(scope.items(units, 0, 1)):
            if not (isinstance(unit, str) and _UNIT.fullmatch(unit)):
                scope.at(index).fail("Must match [A-Za-z0-9_]{1,30}")
        refuse_if_invalid(report)
    messages: list[Json] = body["messages"]
    return messages


def _check_quotes(messages: list[Json], chat: Chat) -> None:
    """A quote token works only in the chat it came from."""
    report = Report()
    for index, message in enumerate(messages):
        token = message.get("quoteToken")
        if token is not None and not chat.knows_quote(str(token)):
            Scope(report, f"messages[{index}].quoteToken").fail("Invalid quote token")
    refuse_if_invalid(report)


def _deliver(
    platform: Platform, call: Call, chat: Chat | None, messages: list[Json], *, shown: bool, via: str
) -> list[Json]:
    """Put the messages into the chat if they arrive, and name what was sent, in order."""
    sent: list[Json] = []
    for message in messages:
        entry: Json = {"id": platform.ids.message()}
        if message["type"] in _QUOTABLE:
            entry["quoteToken"] = platform.ids.token()
        sent.append(entry)
        if shown and chat:
            chat.add(
                Bubble(
                    entry["id"],
                    "bot",
                    platform.clock.now_ms(),
                    message,
                    quote_token=entry.get("quoteToken"),
                    via=via,
                    request_id=call.request_id,
                )
            )
    return sent


def _count(platform: Platform, kind: str, recipients: int, *, metered: bool) -> None:
    day = platform.clock.statistics_day()
    key = (day, kind)
    platform.quota.sent[key] = platform.quota.sent.get(key, 0) + recipients
    if metered:
        platform.quota.used[day[:6]] = platform.quota.used.get(day[:6], 0) + recipients


def _check_quota(platform: Platform, recipients: int) -> None:
    limit = platform.quota.limit
    if limit is not None and recipients and platform.used_this_month() + recipients > limit:
        raise Refusal(429, "You have reached your monthly limit.")


def _check_retry_key(platform: Platform, call: Call) -> None:
    """Refuse a retry key that was accepted within 24 hours, naming the request that was."""
    key = call.headers.get("x-line-retry-key")
    if key is None:
        return
    if not _RETRY_KEY.fullmatch(key):
        raise Refusal(400, "The value for the 'X-Line-Retry-Key' header is invalid")
    record = platform.retry_keys.get(key.lower())
    if record is None or platform.clock.now() - record.at > _RETRY_SECONDS:
        return
    record.repeats += 1
    record.changed_body += _fingerprint(call) != record.fingerprint
    extra = {"sentMessages": record.sent_messages} if record.sent_messages is not None else {}
    headers = {"x-line-accepted-request-id": record.request_id}
    raise Refusal(409, "The retry key is already accepted", headers=headers, extra=extra)


def _fingerprint(call: Call) -> str:
    return hashlib.sha256(call.endpoint.encode() + call.body).hexdigest()


def _keep_retry_key(platform: Platform, call: Call, sent: list[Json] | None) -> None:
    key = call.headers.get("x-line-retry-key")
    if key is None:
        return
    earlier = platform.retry_keys.get(key.lower())
    platform.retry_keys[key.lower()] = RetryRecord(
        key.lower(),
        platform.clock.now(),
        call.request_id,
        call.endpoint,
        _fingerprint(call),
        sent,
        accepted=1 + (earlier.accepted if earlier else 0),
        repeats=earlier.repeats if earlier else 0,
    )


def _invalid_reply_token() -> NoReturn:
    """Used, expired and foreign tokens all get the same answer."""
    raise Refusal(400, "Invalid reply token")


def _alive(platform: Platform, record: ReplyToken) -> bool:
    """Unused and fresh; one that was redelivered also dies 20 minutes after its event."""
    now = platform.clock.now()
    fresh = now - record.delivered_at <= platform.config.reply_token_seconds
    too_old = now - record.event_at > platform.config.reply_token_redelivery_seconds
    return not record.used and fresh and not (record.redelivered and too_old)


def reply(services: Services, call: Call) -> Answer:
    """Answer an event by its reply token: free, once, within a minute."""
    platform = services.platform
    body = call.json()
    token = body.get("replyToken")
    if not isinstance(token, str) or not token:
        refuse_if_invalid(Report([{"message": "May not be empty", "property": "replyToken"}]))
        raise invalid_property("replyToken")
    record = platform.reply_tokens.get(token)
    try:
        messages = _checked_messages(body)
        if record is None or not _alive(platform, record):
            _invalid_reply_token()
        chat = platform.chat_of(record.chat_id)
        if chat:
            _check_quotes(messages, chat)
    except Refusal:
        if record:
            record.refused += 1
            record.used = record.used or not platform.config.token_survives_bad_request
        raise
    record.used = True
    record.accepted += 1
    user = platform.users.get(record.chat_id)
    shown = user is None or not (user.blocked or user.deleted)
    sent = _deliver(platform, call, chat, messages, shown=shown, via="reply")
    _count(platform, "reply", 1, metered=False)
    return Answer(200, {"sentMessages": sent})


def _recipients(platform: Platform, chat_id: str) -> int:
    """People a push counts for: none who does not get it, every member of a group."""
    user = platform.users.get(chat_id)
    if user:
        return int(user.receives(platform.clock.now()))
    return len(platform.groups[chat_id].members)


def push(services: Services, call: Call) -> Answer:
    """Send to one user, group or room; counted, safe to retry with a key."""
    platform = services.platform
    body = call.json()
    to = body.get("to")
    if not isinstance(to, str) or not re.fullmatch(r"[UCR][0-9a-f]{32}", to):
        raise invalid_property("to")
    messages = _checked_messages(body)
    _check_retry_key(platform, call)
    group = platform.groups.get(to)
    chat = platform.chat_of(to)
    if chat is None or (group and not group.joined):
        raise Refusal(400, "Failed to send messages")
    _check_quotes(messages, chat)
    recipients = _recipients(platform, to)
    _check_quota(platform, recipients)
    sent = _deliver(platform, call, chat, messages, shown=recipients > 0, via="push")
    _count(platform, "push", recipients, metered=True)
    _keep_retry_key(platform, call, sent)
    return Answer(200, {"sentMessages": sent})


def _send_to_many(services: Services, call: Call, kind: str, users: list[str], messages: list[Json]) -> Answer:
    platform = services.platform
    _check_retry_key(platform, call)
    reached = [one for one in users if _recipients(platform, one)]
    _check_quota(platform, len(reached))
    for user_id in reached:
        _deliver(platform, call, platform.chat_of(user_id), messages, shown=True, via=kind)
    _count(platform, kind, len(reached), metered=True)
    _keep_retry_key(platform, call, None)
    return Answer(200, {})


def multicast(services: Services, call: Call) -> Answer:
    """Send to up to 500 users; counted by those who get it."""
    body = call.json()
    to = body.get("to")
    report = Report()
    people: list[Any] = Scope(report, "to").items(to, 1, _MAX_RECIPIENTS)
    refuse_if_invalid(report)
    for index, user_id in enumerate(people):
        known = isinstance(user_id, str) and user_id in services.platform.users
        if not known or not USER_ID.fullmatch(str(user_id)):
            raise invalid_property(f"to[{index}]")
    return _send_to_many(services, call, "multicast", list(dict.fromkeys(people)), _checked_messages(body))


def broadcast(services: Services, call: Call) -> Answer:
    """Send to every friend."""
    messages = _checked_messages(call.json())
    friends = [one.user_id for one in services.platform.users.values() if one.friend]
    return _send_to_many(services, call, "broadcast", friends, messages)


def validate(_services: Services, call: Call) -> Answer:
    """A dry run: the same checks of the message objects, nothing sent or counted."""
    refuse_if_invalid(check_messages(call.json().get("messages")))
    return Answer()


def quota(services: Services, _call: Call) -> Answer:
    """The monthly limit, if there is one."""
    limit = services.platform.quota.limit
    return Answer(200, {"type": "none"} if limit is None else {"type": "limited", "value": limit})


def consumption(services: Services, _call: Call) -> Answer:
    """How much of this month is used."""
    return Answer(200, {"totalUsage": services.platform.used_this_month()})


def delivery_count(services: Services, call: Call) -> Answer:
    """Messages sent on a day (UTC+9): `unready` for the day that is not over."""
    day = call.query.get("date", "")
    try:
        datetime.strptime(day, "%Y%m%d")  # noqa: DTZ007 -- a bare date, checked for its form
    except ValueError:
        day = ""
    if not re.fullmatch(r"\d{8}", day):
        raise Refusal(400, "The value for the 'date' parameter is invalid")
    platform = services.platform
    if day >= platform.clock.statistics_day():
        return Answer(200, {"status": "unready"})
    return Answer(200, {"status": "ready", "success": platform.quota.sent.get((day, call.params["kind"]), 0)})


ENDPOINTS = (
    Endpoint("POST", "/v2/bot/message/reply", "reply", reply),
    Endpoint("POST", "/v2/bot/message/push", "push", push, retry_key=True),
    Endpoint("POST", "/v2/bot/message/multicast", "multicast", multicast, retry_key=True),
    Endpoint("POST", "/v2/bot/message/broadcast", "broadcast", broadcast, retry_key=True),
    *(
        Endpoint("POST", f"/v2/bot/message/validate/{kind}", f"validate/{kind}", validate)
        for kind in (*_KINDS, "narrowcast")
    ),
    Endpoint("GET", "/v2/bot/message/quota", "quota", quota),
    Endpoint("GET", "/v2/bot/message/quota/consumption", "quota/consumption", consumption),
    Endpoint("GET", "/v2/bot/message/delivery/{kind}", "delivery", delivery_count),
)
