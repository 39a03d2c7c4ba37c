"""The line as an operator brings it up: every step by the command line alone, on an empty folder."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.simulator.running import free_port
from knowledge.calendar.office_calendar import local
from tests.harness import local_http
from tests.harness.processes import Forker, Process, command, commanded
from tests.harness.simulator import SECRET, TOKEN, Channel, simulated
from tests.harness.waiting import eventually

MATTER = "廠房旁邊的排水溝蓋板破了一個洞，想請貴局派人來看並說明修繕由誰負責"
OFFICER = ("--email", "olga@kp.example", "--name", "Olga", "--role", "officer", "--unit", "用地工程科")
SUPERVISOR = ("--email", "sue@kp.example", "--name", "Sue", "--role", "supervisor")


class Operator:
    """Somebody at a terminal in one folder."""

    def __init__(self, folder: Path, fits: Path, line: Channel, database: str, port: int) -> None:
        (folder / "data").mkdir()
        (folder / "data" / "cache").symlink_to(fits)
        self.folder, self.port = folder, port
        self.environ = {
            "LINE_CHANNEL_SECRET": SECRET, "LINE_CHANNEL_ACCESS_TOKEN": TOKEN, "LINE_API_BASE": line.url,
            "LINE_DATA_API_BASE": line.url, "ONESTOP_DATABASE_URL": database, "ONESTOP_SECRET_KEY": "k" * 40,
            "ONESTOP_DATA_DIR": str(folder / "data"), "ONESTOP_BASE_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip

    def run(self, *words: str, text: str = "", code: int = 0, **environ: str) -> str:
        """A command; its output, after it ended as expected."""
        done = command(*words, environ={**self.environ, **environ}, folder=self.folder, text=text)
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + (done.stderr if code else "")

    def serve(self) -> Process:
        """Start the service and wait until it is ready."""
        process = commanded("serve", "--port", str(self.port), environ=self.environ, folder=self.folder, port=self.port)

        def answers() -> bool:
            assert process.alive, process.log.read_text(encoding="utf-8")
            try:
                return local_http.get(f"http://127.0.0.1:{self.port}/readyz").status_code == 200
            except httpx.HTTPError:
                return False

        try:
            eventually(answers, seconds=30, what="the service")
        except AssertionError:
            process.kill()
            raise
        return process


@pytest.fixture
def port() -> int:
    return free_port()


def test_from_an_empty_folder_to_a_counted_case(forker: Forker, tmp_path: Path, port: int) -> None:
    """Contract §1: migrate, staff, token, serve, a case over LINE, the report, and the case out and in again."""
    with simulated(f"http://127.0.0.1:{port}/line/webhook") as line:
        operator = Operator(tmp_path, forker.fits, line, f"sqlite:///{tmp_path / 'onestop.db'}", port)
        assert "onestop migrate" in operator.run("serve", "--port", str(port), code=1)
        operator.run("migrate")
        for person in (OFFICER, SUPERVISOR):
            operator.run("staff", "add", *person, "--password-stdin", text="a-long-password\n")
        token = operator.run("token", "create", "--email", "sue@kp.example").splitlines()[-1]
        process = operator.serve()
        try:
            number = line.person().open_case(MATTER)
            _close(port, token, number)
        finally:
            process.end(signal.SIGTERM)
        line.check_sent()
        line.check_ledger()
        today = local(datetime.now(UTC)).date().isoformat()  # noqa: TID251 - the product's clock is the machine's
        report = json.loads(operator.run("turnaround", "--from", today, "--to", today))
        assert (report["received"], report["closed_cases"], report["on_time"]) == (1, 1, 1)
        exported = operator.run("cases", "export")
        assert [json.loads(one)["number"] for one in exported.splitlines()] == [number]
        _import_elsewhere(operator, exported)


def _close(port: int, token: str, number: str) -> None:
    base = f"http://127.0.0.1:{port}/api/v1/cases/{number}"
    with local_http.client(headers={"Authorization": f"Bearer {token}"}) as client:
        assert client.get(base).json()["assignee"] in {"olga@kp.example", None}
        client.post(f"{base}/assignment", json={"assignee": "olga@kp.example"}).raise_for_status()
        client.post(f"{base}/messages", json={"text": "已派員更換。"}).raise_for_status()
        client.post(f"{base}/close", json={"outcome": "answered", "summary": "已更換。"}).raise_for_status()


def _import_elsewhere(operator: Operator, exported: str) -> None:
    other = {"ONESTOP_DATABASE_URL": f"sqlite:///{operator.folder / 'other.db'}"}
    (operator.folder / "out.jsonl").write_text(exported, encoding="utf-8")
    operator.run("migrate", **other)
    operator.run("cases", "import", "out.jsonl", **other)
    assert operator.run("cases", "export", **other) == exported
