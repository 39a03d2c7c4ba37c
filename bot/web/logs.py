"""Structured logs, one JSON line each: what, where, when (UTC), result. Never what anybody wrote, nor who wrote it."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_NEVER = frozenset({"text", "body", "token", "secret", "password", "phone", "name", "message", "user_id"})


def _drop_private(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A last guard: fields that could carry personal data never leave."""
    return {key: value for key, value in event.items() if key not in _NEVER}


def _short_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an exception came from, without its message: messages quote what people wrote."""
    error = event.pop("exc_info", None)
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


def configure(level: str = "INFO") -> None:
    """Set up logging for this process, to standard error."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _short_trace,
            _drop_private,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # The SDK and its HTTP client print bodies at DEBUG; they never get that far.
    logging.basicConfig(level=max(number, logging.WARNING), stream=sys.stderr)
    for name in ("linebot", "urllib3", "uvicorn.error"):
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
