"""ClamAV over clamd's INSTREAM: what it says, and what happens while it says nothing.

Played at the wire, so that every answer can be had; where the machine has clamd itself, also with that (``real``).
"""

import socket
import struct
from contextlib import contextmanager
from threading import Thread

import pytest

from bot.antivirus import Clamd
from routing.service.files.scanning import ScannerDown
from tests.harness.clamd import CLAMD, MOST, NAME, real_clamd
from tests.harness.samples import EICAR, PDF
from tests.harness.service import Service


@contextmanager
def clamd(answer=None, *, hangs=False, path=None):
    """A clamd that knows one virus; ``answer``: what it says whatever it is sent."""
    server = socket.socket(socket.AF_UNIX if path else socket.AF_INET)
    server.bind(str(path) if path else ("127.0.0.1", 0))
    server.listen()
    seen, open_lines = [], []

    def serve():
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            open_lines.append(line)
            if not hangs:
                seen.append(_conversation(line, answer))
                line.close()

    thread = Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield (f"unix:{path}" if path else f"tcp://127.0.0.1:{server.getsockname()[1]}"), seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for line in open_lines:
            line.close()
        thread.join(timeout=5)


def _read(line, size):
    body = b""
    while len(body) < size:
        part = line.recv(size - len(body))
        if not part:
            raise EOFError
        body += part
    return body


def _conversation(line, answer):
    assert _read(line, 10) == b"zINSTREAM\0"
    body = b""
    while size := struct.unpack(">I", _read(line, 4))[0]:
        if len(body) + size > MOST:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
            return body
        body += _read(line, size)
    found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in body else b"stream: OK\0"
    line.sendall(answer if answer is not None else found)
    return body


def test_every_byte_is_searched_and_what_was_found_is_named():
    with clamd() as (address, seen):
        scanner = Clamd(address)
        assert scanner.search(PDF) is None
        large = b"a" * 1_000_000
        assert scanner.search(large) is None
        assert scanner.search(large + EICAR) == "Eicar-Test-Signature"
    assert seen == [PDF, large, large + EICAR]


def _searchers():
    return ["played", "real"] if CLAMD else ["played"]


@pytest.fixture(scope="module", params=_searchers())
def searcher(request, tmp_path_factory):
    """A clamd that knows one virus and takes a mebibyte: its addresses, and what it calls the virus."""
    if request.param == "real":
        with real_clamd(tmp_path_factory.mktemp("clamd")) as addresses:
            yield addresses, NAME
    else:
        path = tmp_path_factory.mktemp("clamd") / "clamd.sock"
        with clamd() as (tcp, _), clamd(path=path) as (unix, _):
            yield (tcp, unix), "Eicar-Test-Signature"


def test_what_is_known_is_named_and_everything_else_is_clean(searcher):
    addresses, name = searcher
    for address in addresses:
        scanner = Clamd(address)
        assert scanner.search(PDF) is None
        assert scanner.search(EICAR) == name
        assert scanner.search(b"a" * (MOST - len(EICAR)) + EICAR) == name
        assert scanner.search(b"a" * MOST) is None


def test_a_file_beyond_its_limit_is_not_taken_for_clean_and_the_setting_is_named(searcher):
    """It hangs up in the middle; what it said before is read all the same."""
    for address in searcher[0]:
        with pytest.raises(ScannerDown, match="StreamMaxLength") as refused:
            Clamd(address).search(b"a" * (30 * MOST))
        assert refused.value.code == "scanner_limit"


def test_a_socket_of_this_machine_does_as_well(tmp_path):
    with clamd(path=tmp_path / "clamd") as (address, _seen):
        assert Clamd(address).search(EICAR) == "Eicar-Test-Signature"


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b"", b"stream: something else\0"])
def test_any_other_answer_is_no_answer(answer):
    with clamd(answer) as (address, _seen), pytest.raises(ScannerDown):
        Clamd(address).search(PDF)


def test_one_that_hangs_or_is_not_there_is_waited_for_no_longer_than_allowed():
    with clamd(hangs=True) as (address, _seen), pytest.raises(ScannerDown):
        Clamd(address, timeout=(0.5, 0.3)).search(PDF)
    with pytest.raises(ScannerDown):
        Clamd(address, timeout=(0.5, 0.3)).search(PDF)


def test_a_virus_is_refused_at_the_door_and_a_clean_file_is_shown(database_url, searcher):
    with Service(database_url, ONESTOP_CLAMD=searcher[0][0]) as service:
        number = service.opened()

        def put(content):
            sent = {"file": ("a.txt", content)}
            return service.ask("POST", f"/api/v1/cases/{number}/files", files=sent, headers=service.headers("alice"))

        refused = put(EICAR)
        assert (refused.status_code, refused.json()["code"]) == (422, "file_refused")
        assert put(b"clean").json()["state"] == "stored"


def test_while_clamd_is_down_an_upload_is_taken_and_shown_to_nobody(database_url):
    with clamd() as (address, _seen):
        pass
    with Service(database_url, ONESTOP_CLAMD=address) as service:
        number = service.opened()
        sent = {"file": ("a.txt", b"words")}
        made = service.ask("POST", f"/api/v1/cases/{number}/files", files=sent, headers=service.headers("alice")).json()
        assert (made["state"], made["url"]) == ("checking", None)
        assert service.get("alice", f"/files/{made['id']}").status_code == 404
