"""`onestop demo` from an empty folder: starts, shows its pages, lives, takes a second start, and stops cleanly."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.demo.live import USERS
from bot.demo.seeding import PASSWORD
from tests.harness import local_http
from tests.harness.waiting import eventually

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A demo process and what it printed."""

    process: subprocess.Popen[str]
    folder: Path
    printed: str

    @property
    def product(self) -> str:
        return self._address("服務台").removesuffix("/desk")

    @property
    def chat(self) -> str:
        return self._address("廠商的 LINE")

    def _address(self, label: str) -> str:
        found = re.search(rf"{label} +(http://\S+)", self.printed)
        assert found, self.printed
        return found[1]


def command(folder: Path) -> tuple[list[str], dict[str, str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("ONESTOP_", "LINE_"))}
    return [sys.executable, "-m", "bot", "demo"], {
        **environment,
        "ONESTOP_DATA_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
    }


def start(folder: Path) -> Running:
    arguments, environment = command(folder)
    process = subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    printed = ""
    assert process.stdout is not None
    for line in process.stdout:
        printed += line
        if "Ctrl+C" in line:
            break
    return Running(process=process, folder=folder, printed=printed)


def stop(running: Running) -> float:
    began = time.monotonic()
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    assert running.process.stdout is not None
    running.process.stdout.close()
    return time.monotonic() - began


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("demo")
    fits = ROOT / ".pytest_cache" / "fits"
    fits.mkdir(parents=True, exist_ok=True)
    (folder / "cache").symlink_to(fits)
    running = start(folder)
    yield running
    if running.process.poll() is None:
        stop(running)


def test_the_three_pages_open_and_say_that_they_are_a_demo(demo: Running) -> None:
    with local_http.client(base_url=demo.product, timeout=30) as client:
        overview = client.get("/demo")
        signed = client.post(
            "/desk/sign-in", data={"email": "supervisor@demo.example", "password": PASSWORD, "next": "/desk"}
        )
        assert signed.status_code == 303
        pages = [overview, client.get("/desk"), client.get("/desk/turnaround"), local_http.get(demo.chat, timeout=30)]
    assert [page.status_code for page in pages] == [200, 200, 200, 200]
    assert all("示範資料" in page.text for page in pages)
    assert PASSWORD in demo.printed


def test_the_overview_may_frame_the_pages_and_nobody_else_may(demo: Running) -> None:
    simulator = demo.chat.partition("/chat/")[0]
    overview = local_http.get(f"{demo.product}/demo").headers["content-security-policy"]
    office = local_http.get(f"{demo.product}/desk/sign-in").headers["content-security-policy"]
    assert f"frame-src 'self' {simulator}" in overview
    assert "frame-ancestors 'none'" in overview
    assert "frame-ancestors 'self'" in office


def test_a_second_start_says_where_the_first_one_is(demo: Running) -> None:
    arguments, environment = command(demo.folder)
    second = subprocess.run(
        arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 0
    assert f"{demo.product}/demo" in second.stdout
    assert local_http.get(f"{demo.product}/healthz").status_code == 200


@pytest.mark.timeout(300)
def test_firms_talk_officers_answer_and_it_all_outlives_a_restart(demo: Running) -> None:
    def transcript(running: Running, user: int) -> str:
        simulator = running.chat.partition("/chat/")[0]
        return local_http.get(f"{simulator}/sim/users/{USERS[user].user_id}/transcript").text

    eventually((demo.folder / "demo-chats.json").exists, seconds=200, what="the end of the talks")
    before = [transcript(demo, user) for user in range(len(USERS))]
    numbers = [set(re.findall(r"KP-\d{7}-\d{4}", text)) for text in before]
    assert [len(found) for found in numbers] == [0, 1, 1, 1]
    assert "修復方式" in before[1]
    assert "800 kW" in before[2]
    assert stop(demo) < 10
    again = start(demo.folder)
    try:
        assert [transcript(again, user) for user in range(len(USERS))] == before
    finally:
        stop(again)
