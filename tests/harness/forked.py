"""A process that has loaded the product and forks a child for each server or worker that is asked for.

A child is a process like any other, with its own settings, sockets and threads; it only saves the seconds of
importing and fitting, which a test that kills twenty processes cannot spend twenty times. Orders come as JSON lines.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

import uvicorn

import bot.line.channel  # noqa: F401 - imported when a channel is plugged in, two seconds that every child would spend
from bot import app, heap
from bot.settings import Settings, load_settings
from bot.web import logs
from bot.web.limits.connections import BoundedProtocol
from bot.worker import Worker, run_until_signalled
from knowledge.loading import load_knowledge
from knowledge.understand import Understander


def _serve(order: dict[str, Any], understander: Understander) -> None:
    settings = load_settings()
    logs.configure(settings.log_level)
    served = app.create_app(settings, with_worker=order["with_worker"])
    app.check_ready(settings, served.state.runtime.database, demo=False)
    served.state.runtime.reader.replace(understander)
    uvicorn.run(
        served, host="127.0.0.1", port=order["port"], log_config=None, access_log=False, server_header=False,
        timeout_graceful_shutdown=8, proxy_headers=False, http=BoundedProtocol,
    )  # fmt: skip


def _work(_order: dict[str, Any], understander: Understander) -> None:
    settings = load_settings()
    logs.configure(settings.log_level)
    runtime = app.build_runtime(settings)
    app.check_ready(settings, runtime.database, demo=False)
    runtime.reader.replace(understander)
    run_until_signalled(Worker(runtime))
    runtime.database.dispose()


def _become(order: dict[str, Any], understander: Understander) -> None:
    """In the child: a session, environment, folder and log of its own, then the product until it ends."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(order["environ"])
    os.chdir(order["folder"])
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, number)
    code = 0
    try:
        (_serve if order["what"] == "server" else _work)(order, understander)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001 - whatever it was belongs into the log of this child
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> None:
    """Load once, then fork for every line that is read, until stdin ends."""
    understander = Understander(load_knowledge(), cache=Path(sys.argv[1]))
    understander.warm()
    # What FastAPI works out of the routers stands in the routers: the children find it there.
    app.create_app(Settings(_env_file=None, ONESTOP_DATABASE_URL="sqlite:///nothing.db"), with_worker=False)
    # Children share this memory until somebody writes to it, which a search for garbage does (gc.freeze, "fork").
    heap.claim()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(order, understander)
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
