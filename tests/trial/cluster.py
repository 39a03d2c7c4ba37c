"""A PostgreSQL cluster as people run it: three machines with Patroni and etcd, each in a network namespace of its own.

Needs Linux, root, and Debian's packages ``patroni``, ``etcd-server`` and ``postgresql``; with ``pooled`` also
``haproxy`` and ``pgbouncer``. A machine can be killed (all of its processes, at once), cut off (its cable pulled,
processes alive) and brought back; nobody does anything else by hand. ``found`` says what is missing here.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bot.simulator.running import free_port
from tests.harness.waiting import eventually

NETWORK = "10.211.77"
BRIDGE = "onestop-trial"
PASSWORD = "only-inside-these-namespaces"
TTL = 20
"""Seconds after which a primary that is heard of no more is replaced: the least that Patroni takes."""
PROGRAMS = ("ip", "patroni", "etcd")
POOLED = ("haproxy", "pgbouncer")


def missing(*, pooled: bool) -> list[str]:
    """What this machine lacks for a cluster."""
    lacks = [name for name in (*PROGRAMS, *(POOLED if pooled else ())) if not shutil.which(name, path=_PATH)]
    if os.geteuid() != 0:
        lacks.append("root, to make network namespaces")
    if not _binaries():
        lacks.append("postgresql")
    return lacks


_PATH = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))


def _binaries() -> Path | None:
    """Where the newest PostgreSQL's programs are."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda one: int(one.parts[4]))
    return found[-1].parent if found else None


@dataclass(slots=True)
class Machine:
    """One of the three: ``address`` in the trial's own network, ``space`` the name of its namespace."""

    number: int
    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name among the members of the cluster."""
        return f"machine{self.number}"

    @property
    def space(self) -> str:
        """Its network namespace."""
        return f"{BRIDGE}-{self.number}"

    @property
    def address(self) -> str:
        """Its address."""
        return f"{NETWORK}.{10 + self.number}"

    @property
    def cable(self) -> str:
        """The bridge's end of its cable."""
        return f"onestop-t{self.number}"


class Cluster:
    """Three machines under one bridge; ``hosts`` for a connection string that finds the one that writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machines = [Machine(number, folder / f"machine{number}") for number in (1, 2, 3)]
        self.log = (folder / "cluster.log").open("ab")

    # Making and ending --------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Make the network, start every machine, and wait for a primary with a standby that holds each commit, too."""
        self._forget_network()
        _ip("link", "add", BRIDGE, "type", "bridge")
        _ip("addr", "add", f"{NETWORK}.1/24", "dev", BRIDGE)
        _ip("link", "set", BRIDGE, "up")
        for machine in self.machines:
            machine.folder.mkdir(mode=0o755)
            shutil.chown(machine.folder, "postgres", "postgres")
            self._plug_in(machine)
            (machine.folder / "patroni.json").write_text(json.dumps(self._settings(machine)), encoding="utf-8")
        for machine in self.machines:
            self.bring_back(machine)
        self.whole(seconds=120)
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE onestop TEMPLATE template0 ENCODING 'UTF8'")

    def close(self) -> None:
        """End everything."""
        for machine in self.machines:
            self._kill_processes(machine)
        self._forget_network()
        self.log.close()

    def _plug_in(self, machine: Machine) -> None:
        _ip("netns", "add", machine.space)
        _ip("link", "add", machine.cable, "type", "veth", "peer", "name", "eth0", "netns", machine.space)
        _ip("link", "set", machine.cable, "master", BRIDGE, "up")
        for words in (
            ("addr", "add", f"{machine.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up"),
            ("link", "set", "lo", "up"),
        ):  # fmt: skip
            _ip("-n", machine.space, *words)

    def _forget_network(self) -> None:
        for machine in self.machines:
            for words in (("netns", "del", machine.space), ("link", "del", machine.cable)):
                with suppress(subprocess.CalledProcessError):
                    _ip(*words)
        with suppress(subprocess.CalledProcessError):
            _ip("link", "del", BRIDGE)

    def _settings(self, machine: Machine) -> dict[str, Any]:
        binaries = _binaries()
        assert binaries is not None
        near = ("127.0.0.1/32", f"{NETWORK}.0/24")
        allowed = [f"host {what} all {where} trust" for what in ("all", "replication") for where in near]
        return {
            "scope": "onestop", "name": machine.name,
            "restapi": {"listen": f"{machine.address}:8008", "connect_address": f"{machine.address}:8008"},
            "etcd3": {"hosts": ",".join(f"{one.address}:2379" for one in self.machines)},
            "bootstrap": {
                "dcs": {
                    "ttl": TTL, "loop_wait": 2, "retry_timeout": 3, "synchronous_mode": True,
                    "maximum_lag_on_failover": 1048576, "postgresql": {"use_pg_rewind": True, "use_slots": True},
                },
                "initdb": [{"encoding": "UTF8"}, {"locale": "C.UTF-8"}, "data-checksums"],
            },
            "postgresql": {
                "listen": f"{machine.address},127.0.0.1:5432", "connect_address": f"{machine.address}:5432",
                "data_dir": str(machine.folder / "data"), "bin_dir": str(binaries),
                "pgpass": str(machine.folder / "pgpass"),
                "pg_hba": ["local all all trust", *allowed],
                "authentication": {
                    "superuser": {"username": "postgres", "password": PASSWORD},
                    "replication": {"username": "replicator", "password": PASSWORD},
                    "rewind": {"username": "postgres", "password": PASSWORD},
                },
                "parameters": {"unix_socket_directories": str(machine.folder), "wal_keep_size": "256MB",
                               "max_connections": 200, "shared_buffers": "64MB"},
            },
        }  # fmt: skip

    # What befalls a machine ---------------------------------------------------------------------------------------

    def kill(self, machine: Machine) -> None:
        """kill -9 of everything that runs on it, as when its power fails."""
        self._kill_processes(machine)

    def cut(self, machine: Machine) -> None:
        """Pull its cable: its processes go on and hear of nobody."""
        _ip("link", "set", machine.cable, "down")

    def mend(self, machine: Machine) -> None:
        """Put its cable back."""
        _ip("link", "set", machine.cable, "up")

    def bring_back(self, machine: Machine) -> None:
        """Switch it on: etcd and Patroni start, and find out by themselves what to be."""
        first = not (machine.folder / "etcd").exists()
        self._run(
            machine, "etcd", "--name", machine.name, "--data-dir", str(machine.folder / "etcd"),
            "--listen-peer-urls", f"http://{machine.address}:2380",
            "--initial-advertise-peer-urls", f"http://{machine.address}:2380",
            "--listen-client-urls", f"http://{machine.address}:2379",
            "--advertise-client-urls", f"http://{machine.address}:2379",
            "--initial-cluster", ",".join(f"{one.name}=http://{one.address}:2380" for one in self.machines),
            "--initial-cluster-state", "new" if first else "existing",
            "--heartbeat-interval", "100", "--election-timeout", "1000", "--log-level", "error",
        )  # fmt: skip
        self._run(machine, "patroni", str(machine.folder / "patroni.json"))

    def _run(self, machine: Machine, *words: str) -> None:
        as_postgres = ("setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--reset-env")
        machine.running.append(
            subprocess.Popen(
                ["ip", "netns", "exec", machine.space, *as_postgres, *words], cwd=machine.folder,
                stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, start_new_session=True,
                env={"PATH": _PATH},
            )
        )  # fmt: skip

    def _kill_processes(self, machine: Machine) -> None:
        with suppress(subprocess.CalledProcessError):
            pids = subprocess.run(
                ["ip", "netns", "pids", machine.space], capture_output=True, text=True, check=True
            ).stdout.split()
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), signal.SIGKILL)
        for process in machine.running:
            process.wait()
        machine.running.clear()

    # What the cluster says of itself -------------------------------------------------------------------------------

    def dsn(self, database: str = "onestop") -> str:
        """A connection string of libpq that finds the machine that writes."""
        hosts = ",".join(one.address for one in self.machines)
        ports = ",".join("5432" for _ in self.machines)
        return (
            f"host={hosts} port={ports} dbname={database} user=postgres password={PASSWORD}"
            " target_session_attrs=read-write connect_timeout=3"
        )

    def url(self) -> str:
        """The same as the product's setting takes it."""
        hosts = "&".join(f"host={one.address}:5432" for one in self.machines)
        return f"postgresql+psycopg://postgres:{PASSWORD}@/onestop?{hosts}&target_session_attrs=read-write"

    def primary(self) -> Machine:
        """The machine that writes now; waits for one."""
        found: list[Machine] = []

        def look() -> bool:
            found[:] = [one for one in self.machines if _says(one, "/primary")]
            return len(found) == 1

        eventually(look, seconds=120, pause=0.3, what="a primary")
        return found[0]

    def whole(self, *, seconds: float = 90.0) -> None:
        """Wait until one writes, and the two others follow it, one of them in step with each commit.

        AssertionError with what each machine says of itself and the end of their log.
        """
        states: list[str] = []

        def look() -> bool:
            roles = [_says(one, "/patroni") for one in self.machines]
            states[:] = [(role or {}).get("state", "does not answer") for role in roles]
            in_step = [one for one in self.machines if _says(one, "/synchronous")]
            return (
                states == ["running"] * 3 and len(in_step) == 1 and any(_says(one, "/primary") for one in self.machines)
            )

        try:
            eventually(look, seconds=seconds, pause=0.5, what="a whole cluster")
        except AssertionError as error:
            error.add_note(f"{', '.join(states)}; {self._end_of_log()}")
            raise

    def _end_of_log(self, lines: int = 60) -> str:
        return "\n".join((self.folder / "cluster.log").read_text(errors="replace").splitlines()[-lines:])


def _says(machine: Machine, path: str) -> dict[str, Any] | None:
    """What Patroni answers there with 200; None for anything else."""
    try:
        with urllib.request.urlopen(f"http://{machine.address}:8008{path}", timeout=2) as answer:
            return dict(json.load(answer))
    except (OSError, ValueError):
        return None


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, env={"PATH": _PATH})


@contextmanager
def clustered(folder: Path) -> Iterator[Cluster]:
    """A cluster that is whole, gone afterwards."""
    folder.chmod(0o755)
    cluster = Cluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.close()


@contextmanager
def pooled(cluster: Cluster, folder: Path) -> Iterator[str]:
    """The URL of a pgbouncer before a haproxy that asks Patroni which machine writes."""
    proxy, pool = free_port(), free_port()
    servers = "\n".join(
        f"  server {one.name} {one.address}:5432 check port 8008 maxconn 150" for one in cluster.machines
    )
    (folder / "haproxy.cfg").write_text(
        "global\n  maxconn 400\ndefaults\n  mode tcp\n  timeout connect 2s\n  timeout client 30m\n"
        "  timeout server 30m\n  timeout check 2s\n"
        f"listen primary\n  bind 127.0.0.1:{proxy}\n  option httpchk OPTIONS /primary\n"
        "  http-check expect status 200\n  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions\n"
        f"{servers}\n",
        encoding="utf-8",
    )
    (folder / "users.txt").write_text(f'"postgres" "{PASSWORD}"\n', encoding="utf-8")
    (folder / "pgbouncer.ini").write_text(
        f"[databases]\nonestop = host=127.0.0.1 port={proxy}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
        f"listen_port = {pool}\nauth_type = trust\nauth_file = {folder / 'users.txt'}\npool_mode = session\n"
        f"max_client_conn = 200\ndefault_pool_size = 100\nserver_login_retry = 1\nserver_connect_timeout = 3\n"
        "ignore_startup_parameters = extra_float_digits\nunix_socket_dir =\n",
        encoding="utf-8",
    )
    for file in folder.iterdir():
        if file.is_file():
            file.chmod(0o644)
    as_postgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]
    with ExitStack() as stack:
        for words in (
            ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")],
            [*as_postgres, "pgbouncer", str(folder / "pgbouncer.ini")],
        ):
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=cluster.log, stderr=cluster.log, env={"PATH": _PATH}
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
        url = f"postgresql+psycopg://postgres:{PASSWORD}@127.0.0.1:{pool}/onestop"
        eventually(lambda: _answers(url), seconds=30, pause=0.3, what="an answer through pgbouncer")
        yield url


def _answers(url: str) -> bool:
    with suppress(psycopg.Error), psycopg.connect(url.replace("+psycopg", ""), connect_timeout=3) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)
    return False


FAULTS = ("killed", "cut off")


@dataclass(slots=True)
class Shut:
    """How the primary was struck, and when, in seconds since 1970."""

    at: list[tuple[str, float]] = field(default_factory=list)


def strike(cluster: Cluster, what: str, shut: Shut, *, away: float) -> None:
    """One fault of the machine that writes, for ``away`` seconds, and its return; no other step by hand."""
    machine = cluster.primary()
    shut.at.append((what, time.time()))  # noqa: TID251 - compared with the simulator's deliveries
    if what == "killed":
        cluster.kill(machine)
        time.sleep(away)
        cluster.bring_back(machine)
    else:
        cluster.cut(machine)
        time.sleep(away)
        cluster.mend(machine)
    cluster.whole(seconds=180)


def longest_gap(deliveries: Sequence[dict[str, Any]], shut: Shut) -> dict[str, float]:
    """Seconds from a fault to the last delivery that was not taken because of it, at most, by what the fault was."""
    longest = dict.fromkeys(FAULTS, 0.0)
    for place, (what, begun) in enumerate(shut.at):
        until = shut.at[place + 1][1] if place + 1 < len(shut.at) else float("inf")
        refused = [
            _instant(one) - begun for one in deliveries if one["status"] != 200 and begun <= _instant(one) < until
        ]
        longest[what] = max([longest[what], *refused])
    return longest


def _instant(delivery: dict[str, Any]) -> float:
    return float(delivery["sentAt"]) / 1000 + float(delivery["elapsedMs"]) / 1000
