"""Structured logs, one JSON line each: what, where, when (UTC), result. No texts and no personal data."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from structlog.types import Processor

_NEVER = re.compile(
    r"(^|_)(text|body|token|secret|password|phone|name|message|email|payload|raw|words|user_id|user_key|address)$"
)


def _drop_private(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A last guard: fields that could carry personal data never leave, however deep they stand."""
    return {key: _without_private(value) for key, value in event.items() if not _NEVER.search(key)}


def _without_private(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_private(kept) for key, kept in value.items() if not _NEVER.search(str(key))}
    if isinstance(value, (list, tuple)):
        return [_without_private(one) for one in value]
    return value


def _short_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an exception came from, without its message: messages quote what people wrote."""
    error = event.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    found = error if isinstance(error, BaseException) else sys.exc_info()[1] if error else None
    if found is not None:
        frames = []
        trace = found.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}:{code.co_name}")
            trace = trace.tb_next
        event["error"] = type(found).__name__
        event["trace"] = frames[-8:]
    return event


def _kind_only(value: Any) -> str:
    """What JSON cannot hold is named by its type: its own words could be anybody's."""
    return type(value).__name__


def configure(level: str = "INFO") -> None:
    """Set up logging for this process, to standard error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    stamp: list[Processor] = [
        # Which request (X-Request-Id), event of the inbox or message of the outbox, and which case it was about.
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    finish: list[Processor] = [
        _short_trace, _drop_private, structlog.processors.JSONRenderer(ensure_ascii=False, default=_kind_only),
    ]  # fmt: skip
    structlog.configure(
        processors=[*stamp, *finish],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # Libraries go the same way: one JSON line, an exception by its kind and place alone.
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=stamp, processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *finish]
        )
    )
    # The SDK and its HTTP client print bodies at DEBUG; they never get that far.
    logging.basicConfig(level=max(number, logging.WARNING), handlers=[handler], force=True)
    for name in ("linebot", "urllib3", "uvicorn.error"):
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
