"""The console: webhook switches, raw events, groups, faults, clock, quota and the records."""

from __future__ import annotations

import copy
from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from bot.simulator.api.calls import Services
from bot.simulator.api.faults import KINDS, FaultPlan
from bot.simulator.api.rate import RateLimits
from bot.simulator.control.requests import BadControl, Unknown, need, overrides, read_json, told
from bot.simulator.dispatch import Shipment
from bot.simulator.state import USER_ID, Group, Json, User
from bot.simulator.validation.counting import utf16_length

_WAIT_SECONDS = 10.0


class Console:
    """The routes below `/sim` that are not about one user."""

    def __init__(self, services: Services, faults: FaultPlan, limits: RateLimits) -> None:
        self.services, self.faults, self.limits = services, faults, limits
        self.platform, self.phone, self.dispatcher = services.platform, services.phone, services.dispatcher

    # Webhook ---------------------------------------------------------------------------------

    async def raw(self, request: Request) -> Json:
        """Send any events: completed unless `fill` is false, batched, doubled, shuffled, unsigned."""
        body = await read_json(request)
        options: Json = {"signature": body.get("signature", "valid"), "redeliver": bool(body.get("redeliver", True))}
        if "destination" in body:
            options["destination"] = body["destination"]
        if "escape" in body:
            options["escape"] = bool(body["escape"])
        if "body" in body:
            options["raw"] = str(body["body"]).encode()
        events = body.get("events", [])
        if not isinstance(events, list):
            raise BadControl("'events' must be a list.")
        if body.get("fill", True):
            with self.platform.lock:
                events = [self._filled(dict(one)) for one in events]
        events = [copy.deepcopy(one) for one in events for _ in range(1 + int(body.get("duplicate", 0)))]
        if body.get("shuffle"):
            self.platform.ids.shuffle(events)
        groups = [events] if body.get("batch", True) else [[one] for one in events]
        return await self._shipped([self.dispatcher.ship(group, **options) for group in groups], body)

    def _filled(self, event: Json) -> Json:
        """Complete an event; its sender becomes a user who has written, or no push would reach them."""
        source = event.get("source")
        user_id = str(source.get("userId", "")) if isinstance(source, dict) else ""
        if USER_ID.fullmatch(user_id) and user_id not in self.platform.users:
            self.platform.users[user_id] = User(user_id, f"使用者{user_id[-4:]}")
        if user_id in self.platform.users:
            self.platform.users[user_id].last_message_at = self.platform.clock.now()
        return self.phone.complete(event, _chat_id(event))

    async def _shipped(self, shipments: list[Shipment], body: Json) -> Json:
        if body.get("wait"):
            for one in shipments:
                await run_in_threadpool(one.first_result.wait, _WAIT_SECONDS)
        return {
            "events": [event for one in shipments for event in one.events],
            "deliveries": [result for one in shipments for result in one.results],
        }

    async def webhook_settings(self, request: Request) -> Json:
        """Change the switches given; answers all of them."""
        body, webhook = await read_json(request), self.platform.webhook
        with self.platform.lock:
            webhook.url = str(body.get("url", webhook.url))
            webhook.active = bool(body.get("active", webhook.active))
            webhook.redelivery = bool(body.get("redelivery", webhook.redelivery))
            webhook.suspended = bool(body.get("suspended", webhook.suspended))
            webhook.holding = bool(body.get("hold", webhook.holding))
            webhook.extra_copies = int(body.get("duplicate", webhook.extra_copies))
            delays = body.get("redeliveryDelays", webhook.redelivery_delays)
            webhook.redelivery_delays = tuple(float(one) for one in delays)
            return {
                "url": webhook.url, "active": webhook.active, "redelivery": webhook.redelivery,
                "redeliveryDelays": list(webhook.redelivery_delays), "suspended": webhook.suspended,
                "hold": webhook.holding, "duplicate": webhook.extra_copies,
            }  # fmt: skip

    async def release(self, request: Request) -> Json:
        """Send what `hold` kept back."""
        body = await read_json(request)
        shipments = self.dispatcher.release(
            batch=bool(body.get("batch")), shuffle=bool(body.get("shuffle")), copies=int(body.get("duplicate", 0))
        )
        return await self._shipped(shipments, body)

    async def verify(self) -> Json:
        """Send a webhook without events, as the console does."""
        return await run_in_threadpool(self.dispatcher.verify)

    async def idle(self, seconds: float = 10.0) -> Json:
        """Wait until every webhook that is due has been answered."""
        return {"idle": await run_in_threadpool(self.dispatcher.wait_idle, min(seconds, 60.0))}

    # Groups ----------------------------------------------------------------------------------

    def _group(self, group_id: str) -> Group:
        group = self.platform.groups.get(group_id)
        if group is None:
            raise Unknown("There is no such group.")
        return group

    async def create_group(self, request: Request) -> Json:
        """Put the account into a group or room with `members`; emits `join`."""
        body = await read_json(request)
        with self.platform.lock:
            kind = "room" if body.get("kind") == "room" else "group"
            group_id = self.platform.ids.group()
            group_id = "R" + group_id[1:] if kind == "room" else group_id
            group = Group(group_id, kind, str(body.get("name", "群組")), list(body.get("members", [])))
            self.platform.groups[group_id] = group
        return {"groupId": group_id, **await told(self.phone.group_event(group, "join"), body)}

    async def group_text(self, group_id: str, request: Request) -> Json:
        """A member writes in the group; `mentionBot` puts the account's name before the words, `mentions` members'."""
        body, group = await read_json(request), self._group(group_id)
        user = self.platform.users.get(need(body, "userId"))
        if user is None:
            raise Unknown("There is no such user.")
        message = self._mentioning(
            body, need(body, "text") if not body.get("mentionBot") else str(body.get("text", ""))
        )
        return await told(self.phone.say(user, message, group=group, extra=overrides(body)), body)

    def _mentioning(self, body: Json, text: str) -> Json:
        """A text with mentions, whose places LINE counts in UTF-16 (reference, Text message)."""
        if body.get("mention"):
            return {"type": "text", "text": text, "mention": body["mention"]}
        named = [(f"@{self.platform.config.bot_name}", self.platform.bot_user_id)] if body.get("mentionBot") else []
        for user_id in body.get("mentions", []):
            user = self.platform.users.get(str(user_id))
            if user is None:
                raise Unknown("There is no such user.")
            named.append((f"@{user.display_name}", user.user_id))
        before, mentionees = "", list[Json]()
        for name, user_id in named:
            mentionees.append(
                {"index": utf16_length(before), "length": utf16_length(name), "type": "user", "userId": user_id,
                 "isSelf": user_id == self.platform.bot_user_id}
            )  # fmt: skip
            before += f"{name} "
        message: Json = {"type": "text", "text": before + text}
        return {**message, "mention": {"mentionees": mentionees}} if mentionees else message

    async def group_members(self, group_id: str, request: Request) -> Json:
        """`joined` and `left`: members who come and go; emits `memberJoined` and `memberLeft`."""
        body, group = await read_json(request), self._group(group_id)
        answer: Json = {}
        for name, kind in (("joined", "memberJoined"), ("left", "memberLeft")):
            ids = [str(one) for one in body.get(name, [])]
            if not ids:
                continue
            with self.platform.lock:
                stay = [one for one in group.members if one not in ids]
                group.members = stay + ids if name == "joined" else stay
            members = [{"type": "user", "userId": one} for one in ids]
            answer[name] = await told(self.phone.group_event(group, kind, {name: {"members": members}}), body)
        return answer

    async def remove_from_group(self, group_id: str, request: Request) -> Json:
        """A member removes the account; emits `leave`."""
        body, group = await read_json(request), self._group(group_id)
        with self.platform.lock:
            group.joined = False
        return await told(self.phone.group_event(group, "leave"), body)

    async def group_unsend(self, group_id: str, request: Request) -> Json:
        """A member takes a message of the group back."""
        body, group = await read_json(request), self._group(group_id)
        user = self.platform.users.get(need(body, "userId"))
        if user is None:
            raise Unknown("There is no such user.")
        return await told(self.phone.unsend(group.chat, user, need(body, "messageId"), group), body)

    async def group_transcript(self, group_id: str) -> Json:
        """The bubbles of a group."""
        with self.platform.lock:
            return {"bubbles": [one.as_json() for one in self._group(group_id).chat.bubbles]}

    # Faults, limits, clock, quota --------------------------------------------------------------

    async def add_fault(self, request: Request) -> Json:
        """Add a rule for failing."""
        try:
            return self.faults.add(await read_json(request)).as_json()
        except (TypeError, ValueError) as error:
            raise BadControl(str(error)) from error

    async def list_faults(self) -> Json:
        """The rules in force and the kinds there are."""
        return {"faults": [one.as_json() for one in self.faults.rules], "kinds": KINDS}

    async def clear_faults(self) -> Json:
        """Stop failing."""
        self.faults.clear()
        return {}

    async def rate_limits(self, request: Request) -> Json:
        """`{enabled, limits: [{endpoint, calls, seconds}]}`; limits given come before LINE's own."""
        body = await read_json(request)
        limits = [(str(o["endpoint"]), float(o["calls"]), float(o["seconds"])) for o in body.get("limits", [])]
        self.limits.switch(bool(body.get("enabled", True)), limits)
        return {"enabled": self.limits.enabled}

    async def clock(self, request: Request) -> Json:
        """`{offset}` sets, `{advance}` adds seconds; redeliveries that fall due go out at once."""
        body, clock = await read_json(request), self.platform.clock
        clock.shift(float(body.get("offset", clock.offset)) + float(body.get("advance", 0)))
        return {"offset": clock.offset, "now": clock.now_ms()}

    async def quota(self, request: Request) -> Json:
        """`{limit: number or null, used}`: the monthly quota and what this month has used."""
        body = await read_json(request)
        with self.platform.lock:
            if "limit" in body or "value" in body:
                limit = body.get("limit", body.get("value"))
                self.platform.quota.limit = None if limit is None else int(limit)
            if "used" in body:
                self.platform.quota.used[self.platform.month()] = int(body["used"])
            return {"limit": self.platform.quota.limit, "used": self.platform.used_this_month()}

    async def channel(self, request: Request) -> Json:
        """Change `accessToken`, `channelSecret` (a rotation) or `verifiedAccount`."""
        body = await read_json(request)
        with self.platform.lock:
            self.platform.access_token = str(body.get("accessToken", self.platform.access_token))
            self.platform.channel_secret = str(body.get("channelSecret", self.platform.channel_secret))
            self.platform.verified_account = bool(body.get("verifiedAccount", self.platform.verified_account))
            return {"botUserId": self.platform.bot_user_id, "verifiedAccount": self.platform.verified_account}

    # Records ---------------------------------------------------------------------------------

    async def calls(self, endpoint: str | None = None) -> Json:
        """Every call of the platform API, oldest first."""
        with self.platform.lock:
            found = [one for one in self.platform.calls if endpoint in {None, one["endpoint"]}]
            return {"calls": found}

    async def clear_calls(self) -> Json:
        """Forget the calls so far."""
        with self.platform.lock:
            self.platform.calls.clear()
        return {}

    async def deliveries(self) -> Json:
        """Every attempt to deliver a webhook, oldest first."""
        with self.platform.lock:
            return {"deliveries": list(self.platform.deliveries)}

    async def ledger(self) -> Json:
        """How often each retry key and reply token was accepted; more than once is a double send."""
        with self.platform.lock:
            keys = [
                {"key": one.key, "accepted": one.accepted, "conflicts": one.repeats, "requestId": one.request_id,
                 "endpoint": one.endpoint, "changedBody": one.changed_body}
                for one in self.platform.retry_keys.values()
            ]  # fmt: skip
            tokens = [
                {"token": one.token, "chatId": one.chat_id, "accepted": one.accepted, "refused": one.refused}
                for one in self.platform.reply_tokens.values()
            ]
        return {"retryKeys": keys, "replyTokens": tokens}


def _chat_id(event: Any) -> str | None:
    source = event.get("source") if isinstance(event, dict) else None
    if not isinstance(source, dict):
        return None
    chat = source.get("groupId") or source.get("roomId") or source.get("userId")
    return str(chat) if chat else None


def console_router(services: Services, faults: FaultPlan, limits: RateLimits) -> APIRouter:
    """The routes of `Console`."""
    console, router = Console(services, faults, limits), APIRouter(prefix="/sim", include_in_schema=False)
    routes: tuple[tuple[str, str, Any], ...] = (
        ("POST", "/webhook/raw", console.raw),
        ("POST", "/webhook/settings", console.webhook_settings),
        ("POST", "/webhook/release", console.release),
        ("POST", "/webhook/verify", console.verify),
        ("POST", "/webhook/idle", console.idle),
        ("POST", "/groups", console.create_group),
        ("POST", "/groups/{group_id}/text", console.group_text),
        ("POST", "/groups/{group_id}/members", console.group_members),
        ("POST", "/groups/{group_id}/remove", console.remove_from_group),
        ("POST", "/groups/{group_id}/unsend", console.group_unsend),
        ("GET", "/groups/{group_id}/transcript", console.group_transcript),
        ("POST", "/faults", console.add_fault),
        ("GET", "/faults", console.list_faults),
        ("DELETE", "/faults", console.clear_faults),
        ("POST", "/rate-limits", console.rate_limits),
        ("POST", "/clock", console.clock),
        ("POST", "/quota", console.quota),
        ("POST", "/channel", console.channel),
        ("GET", "/calls", console.calls),
        ("DELETE", "/calls", console.clear_calls),
        ("GET", "/deliveries", console.deliveries),
        ("GET", "/ledger", console.ledger),
    )
    for method, path, action in routes:
        router.add_api_route(path, action, methods=[method])
    return router
