"""The client of a language model, against one on this machine that errs in every way."""

import json
import threading
import time

import pytest

from bot.llm_client import ChatModel
from bot.settings import Settings, SettingsError, load_settings
from routing.domain.assist import prompts
from routing.domain.errors import Busy, ModelError
from tests.harness.model_server import completion, model_server

PROMPT = prompts.of_text("請補件。", "en")


def asked(url, *, seconds=5.0, stopped=lambda: False, key=""):
    return ChatModel(url, key, "taide", seconds=seconds).complete(PROMPT, stopped=stopped)


def test_task_and_data_go_apart_with_the_schema_and_no_tools():
    with model_server(lambda _: completion('{"translation": "x"}')) as server:
        assert asked(server.url, key="k") == '{"translation": "x"}'
    headers, body = server.asked[0]
    assert headers["authorization"] == "Bearer k"
    assert [one["role"] for one in body["messages"]] == ["system", "user"]
    assert "請補件" not in body["messages"][0]["content"]
    assert json.loads(body["messages"][1]["content"]) == {"text": "請補件。"}
    assert body["response_format"]["json_schema"]["strict"] is True
    assert (body["model"], body["temperature"], "tools" in body) == ("taide", 0, False)


def test_a_server_without_schemas_is_asked_once_more_in_plain_words():
    with model_server(lambda body: (400, b"{}") if "response_format" in body else completion("yes")) as server:
        assert asked(server.url) == "yes"
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ((500, b"{}"), "model_refused"), ((302, b""), "model_refused"), ((401, b"{}"), "model_refused"),
        ((200, b"no json"), "model_unreadable"), ((200, b"[]"), "model_unreadable"),
        ((200, b'{"choices": []}'), "model_unreadable"), ((200, b"[" * 100_000), "model_unreadable"),
        ((200, b'{"choices": [{"message": {"content": null}}]}'), "model_unreadable"),
        ((200, b" " * 600_000), "model_too_large"),
    ],
    ids=["500", "redirect", "401", "words", "list", "nothing", "deep", "null", "huge"],
)  # fmt: skip
def test_an_odd_answer_is_none(answer, code):
    with model_server(lambda _: answer) as server, pytest.raises(ModelError) as refused:
        asked(server.url)
    assert refused.value.code == code


def test_one_that_stalls_is_left_in_time_and_nobody_there_is_told():
    with model_server(lambda _: completion("late")) as server:
        server.stalls.clear()
        began = time.perf_counter()
        with pytest.raises(ModelError) as late:
            asked(server.url, seconds=0.3)
        assert time.perf_counter() - began < 2
    assert late.value.code == "model_unreachable"
    with pytest.raises(ModelError):
        asked("http://127.0.0.1:9/v1")


def test_the_switch_ends_a_question_under_way_within_a_second_and_one_before_it_is_asked():
    off = threading.Event()
    with model_server(lambda _: completion("late")) as server:
        server.stalls.clear()
        found = []

        def ask():
            with pytest.raises(ModelError) as refused:
                asked(server.url, seconds=30, stopped=off.is_set)
            found.append((refused.value.code, time.perf_counter()))

        thread = threading.Thread(target=ask)
        thread.start()
        assert server.reached.wait(5)
        off.set()
        began = time.perf_counter()
        thread.join(5)
        assert found[0][0] == "model_stopped"
        assert found[0][1] - began < 1
        with pytest.raises(ModelError):
            asked(server.url, stopped=off.is_set)
        assert len(server.asked) == 1


def test_so_many_at_once_and_no_more():
    with model_server(lambda _: completion("yes")) as server:
        server.stalls.clear()
        model = ChatModel(server.url, "", "m", seconds=10)
        ask = {"target": model.complete, "args": (PROMPT,), "kwargs": {"stopped": lambda: False}}
        threads = [threading.Thread(**ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        while len(server.asked) < 4:
            server.reached.wait(0.01)
        with pytest.raises(Busy):
            model.complete(PROMPT, stopped=lambda: False)
        server.stalls.set()
        for thread in threads:
            thread.join(5)
        assert model.complete(PROMPT, stopped=lambda: False) == "yes"


@pytest.mark.parametrize("url", ["http://ai.example.tw/v1", "ftp://10.0.0.1", "taide"])
def test_words_of_firms_go_by_https_or_stay_in_the_own_network(url):
    with pytest.raises(SettingsError):
        load_settings({}, ONESTOP_LLM_URL=url)
    for near in ("http://10.0.0.1:8000/v1", "http://ollama:11434/v1", "https://ai.example.tw/v1"):
        assert Settings(_env_file=None, ONESTOP_LLM_URL=near).llm_url == near
