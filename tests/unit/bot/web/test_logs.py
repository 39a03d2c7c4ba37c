"""Logs: one JSON line each, and nothing of what anybody wrote or who wrote it."""

import io
import json
import logging
import sys

import pytest
import structlog

from bot.web import logs


@pytest.fixture
def lines(monkeypatch):
    """What was logged so far, each line read."""
    stream = io.StringIO()
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    monkeypatch.setattr(sys, "stderr", stream)
    structlog.reset_defaults()
    logs.configure("INFO")

    def read():
        return [json.loads(line) for line in stream.getvalue().split("\n") if line]

    yield read
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def log():
    return structlog.get_logger("test")


def test_a_line_says_what_where_and_when_in_utc(lines):
    log().info("stored", events=3)
    (line,) = lines()
    assert (line["event"], line["events"], line["level"]) == ("stored", 3, "info")
    assert line["timestamp"].endswith("Z")


PRIVATE = [
    "text", "body", "token", "secret", "password", "phone", "name", "message", "user_id", "address",
    "contact_name", "email", "payload",
]  # fmt: skip


@pytest.mark.parametrize("field", PRIVATE)
def test_private_fields_never_leave_however_deep(lines, field):
    log().info("x", **{field: "祕密"}, inner={"a": [{field: "祕密"}]})
    assert "祕密" not in json.dumps(lines(), ensure_ascii=False)


def test_a_line_break_adds_no_line(lines):
    log().info("x", path='a\n{"event": "forged"}\r\u2028b')
    assert len(lines()) == 1


def _fall():
    raise ValueError("王小姐說了祕密的話")


@pytest.mark.parametrize("how", ["exception", "exc_info", "library"])
def test_an_exception_is_named_by_kind_and_place_without_its_words(lines, how):
    try:
        _fall()
    except ValueError as error:
        if how == "exception":
            log().exception("failed")
        elif how == "exc_info":
            log().error("failed", exc_info=error)
        else:
            logging.getLogger("uvicorn.error").exception("failed")
    (line,) = lines()
    assert line["error"] == "ValueError"
    assert any("_fall" in frame for frame in line["trace"])
    assert "祕密" not in json.dumps(line, ensure_ascii=False)


def test_what_json_cannot_hold_is_named_by_its_type(lines):
    class Contact:
        def __repr__(self):
            return "祕密"

    log().info("x", value=Contact())
    assert lines()[0]["value"] == "Contact"


def test_libraries_are_heard_from_warnings_on_and_in_json(lines):
    logging.getLogger("urllib3").info("https://api.line.me 祕密")
    logging.getLogger("urllib3").warning("retrying\nagain")
    assert [line["event"] for line in lines()] == ["retrying\nagain"]


def test_below_the_level_nothing_is_said(lines):
    log().debug("x")
    assert lines() == []


def test_a_line_says_of_which_request_event_and_case_it_is(lines):
    """One can follow what happened to a case or a request through the log."""
    structlog.contextvars.clear_contextvars()  # services that ran in this thread before name their case
    with structlog.contextvars.bound_contextvars(request="ab12", inbox=7, case="KP-1151122-0001"):
        log().info("stored")
    log().info("stored")
    first, second = lines()
    assert (first["request"], first["inbox"], first["case"]) == ("ab12", 7, "KP-1151122-0001")
    assert {"request", "inbox", "case"} & set(second) == set()
