"""Get content: what users sent, while it is there. Source: reference, Getting content."""

from __future__ import annotations

from bot.simulator.api.calls import Answer, Call, Endpoint, Refusal, Services
from bot.simulator.state import Content


def _content(services: Services, call: Call) -> Content:
    platform = services.platform
    content = platform.contents.get(call.params["message_id"])
    if content is None or platform.clock.now() > content.expires_at:
        raise Refusal(404, "not found")
    if content.gone:
        raise Refusal(410, "The content is gone")
    return content


def get_content(services: Services, call: Call) -> Answer:
    """200 with the bytes, or 202 while a long video or sound is being prepared."""
    content = _content(services, call)
    if services.platform.clock.now() < content.ready_at:
        return Answer(202)
    return Answer(200, content.data, media_type=content.media_type)


def get_preview(services: Services, call: Call) -> Answer:
    """A small picture of a photo or video; nothing else has one."""
    content = _content(services, call)
    if content.kind not in {"image", "video"}:
        raise Refusal(400, "The content can not be previewed")
    return Answer(200, content.data, media_type=content.media_type)


def get_transcoding(services: Services, call: Call) -> Answer:
    """Whether a video or sound can be fetched yet."""
    content = _content(services, call)
    if content.kind not in {"video", "audio"}:
        raise Refusal(400, "The content is neither video nor audio")
    ready = services.platform.clock.now() >= content.ready_at
    return Answer(200, {"status": "succeeded" if ready else "processing"})


ENDPOINTS = (
    Endpoint("GET", "/v2/bot/message/{message_id}/content", "content", get_content),
    Endpoint("GET", "/v2/bot/message/{message_id}/content/preview", "content/preview", get_preview),
    Endpoint("GET", "/v2/bot/message/{message_id}/content/transcoding", "content/transcoding", get_transcoding),
)
