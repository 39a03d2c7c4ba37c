"""Images are pinned by digest, as a registry that speaks its protocol over HTTP says; an unpinned one is refused."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from deploy import pin_images
from deploy.pin_images import Image
from tests.architecture.tree import ROOT
from tests.harness.http_server import Quiet, answering

INDEX = "application/vnd.oci.image.index.v1+json"


def manifest(name):
    return json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "annotations": {"of": name}}).encode()


def digest(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Registry:
    """A registry with a token service, as the distribution specification has it. ``fault``: what is wrong with it."""

    def __init__(self):
        self.held = {("library/python", "3.13-slim"): manifest("python"), ("library/postgres", "16"): manifest("pg")}
        self.fault = None
        self.asked = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"

    def handler(self):
        registry = self

        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_HEAD(self):
                self._manifest(body=False)

            def do_GET(self):
                if self.path.startswith("/token?"):
                    given = parse_qs(urlsplit(self.path).query)
                    registry.asked.append(("token", given["service"][0], given["scope"][0]))
                    token = {} if registry.fault == "token" else {"token": f"may:{given['scope'][0]}"}
                    return self._say(200, json.dumps(token).encode())
                return self._manifest(body=True)

            def _manifest(self, *, body):
                name, _, reference = self.path.removeprefix("/v2/").partition("/manifests/")
                scope = f"repository:{name}:pull"
                registry.asked.append((self.command, name, reference))
                if self.headers.get("Authorization") != f"Bearer may:{scope}":
                    realm = f'Bearer realm="{registry.address}/token",service="registry.test",scope="{scope}"'
                    return self._say(401, b"{}" if body else b"", {"WWW-Authenticate": realm})
                by_digest = {digest(content): content for (of, _), content in registry.held.items() if of == name}
                content = registry.held.get((name, reference)) or by_digest.get(reference)
                if content is None or INDEX not in self.headers.get("Accept", ""):
                    return self._say(404, b"")
                said = {} if registry.fault == "no digest" else {"Docker-Content-Digest": digest(content)}
                if registry.fault == "another" and body:
                    content = manifest("another")
                return self._say(200, content if body else b"", {"Content-Type": INDEX, **said})

            def _say(self, status, content, headers=None):
                self.send_response(status)
                for key, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(content)

        return Handler


@pytest.fixture
def registry():
    registry = Registry()
    with answering(registry.server, registry.handler()):
        yield registry


@pytest.fixture
def folder(tmp_path):
    """The files of the repository, their images by tag alone."""
    for name in pin_images.FILES:
        text = re.sub(r"@sha256:[0-9a-f]{64}", "", (ROOT / name).read_text(encoding="utf-8"))
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments):
    command = [sys.executable, str(ROOT / "deploy/pin_images.py"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_images_are_pinned_as_the_registry_has_them_and_nothing_else_changes(registry, folder):
    before = {name: (folder / name).read_text() for name in pin_images.FILES}
    done = run("--folder", folder, "--registry", registry.address)
    python, postgres = digest(manifest("python")), digest(manifest("pg"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == [f"postgres:16@{postgres}", f"python:3.13-slim@{python}"]
    assert f"ARG PYTHON_IMAGE=python:3.13-slim@{python}\n" in (folder / "Dockerfile").read_text()
    assert f"${{POSTGRES_IMAGE:-postgres:16@{postgres}}}" in (folder / "compose.yaml").read_text()
    assert {
        name: re.sub(r"@sha256:\w+", "", (folder / name).read_text()) for name in before
    } == before  # fmt: skip
    assert run("--folder", folder, "--check").returncode == 0
    assert ("token", "registry.test", "repository:library/python:pull") in registry.asked
    assert ("HEAD", "library/python", "3.13-slim") in registry.asked
    registry.held["library/python", "3.13-slim"] = manifest("a newer one")
    assert run("--folder", folder, "--registry", registry.address).returncode == 0
    assert digest(manifest("a newer one")) in (folder / "Dockerfile").read_text()


@pytest.mark.parametrize(
    ("fault", "said"),
    [("token", "no token"), ("no digest", "no sha256 digest"), ("another", "not what its digest says")],
)
def test_a_registry_that_answers_otherwise_changes_nothing(registry, folder, fault, said):
    registry.fault = fault
    before = {name: (folder / name).read_text() for name in pin_images.FILES}
    done = run("--folder", folder, "--registry", registry.address)
    assert done.returncode == 1
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert {name: (folder / name).read_text() for name in before} == before


def test_one_image_that_is_not_there_leaves_all_as_they_were(registry, folder):
    del registry.held["library/python", "3.13-slim"]
    done = run("--folder", folder, "--registry", registry.address)
    assert "python:3.13-slim: the registry answers 404" in done.stderr
    assert "sha256" not in (folder / "compose.yaml").read_text()


def test_nobody_there_is_said_in_one_line(folder):
    done = run("--folder", folder, "--registry", "http://127.0.0.1:1")
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert "does not answer" in done.stderr


def test_an_unpinned_image_is_refused_also_where_the_settings_name_it(folder):
    refused = run("--folder", folder, "--check")
    assert refused.returncode == 1
    assert "Dockerfile: python:3.13-slim" in refused.stderr
    assert "compose.yaml: postgres:16" in refused.stderr
    for name in pin_images.FILES:
        shutil.copy(ROOT / name, folder / name)
    settings = folder / ".env"
    settings.write_text("POSTGRES_IMAGE=\nPYTHON_IMAGE=mirror.example/python:3.13-slim\n")
    refused = run("--folder", folder, "--check", settings)
    assert refused.stderr == "not pinned by digest: .env: PYTHON_IMAGE=mirror.example/python:3.13-slim\n"
    settings.write_text(f"PYTHON_IMAGE=mirror.example/python:3.13-slim@{digest(b'')}\n")
    assert run("--folder", folder, "--check", settings).returncode == 0


@pytest.mark.parametrize(
    ("text", "host", "repository", "tag"),
    [
        ("postgres:16", None, "library/postgres", "16"), ("caddy", None, "library/caddy", "latest"),
        ("grafana/grafana:11.2", None, "grafana/grafana", "11.2"),
        ("mirror.example:5000/library/python:3.13-slim", "mirror.example:5000", "library/python", "3.13-slim"),
        (f"localhost/python@{digest(b'')}", "localhost", "python", "latest"),
    ],
)  # fmt: skip
def test_names_of_images_are_read(text, host, repository, tag):
    image = Image.read(text)
    assert (image.host, image.repository, image.tag) == (host, repository, tag)


@pytest.mark.parametrize("text", ["", "Upper:1", "a b", "python@sha256:12", "python:3@md5:00"])
def test_what_names_no_image_is_none(text):
    with pytest.raises(ValueError, match="names no image"):
        Image.read(text)


def test_what_this_repository_builds_of_is_pinned_and_a_build_of_something_else_is_refused():
    assert pin_images.check(ROOT, None) == []
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    (case,) = re.findall(r"^RUN (case .*?esac)$", text, re.MULTILINE | re.DOTALL)
    for image, unpinned, code in (
        (f"python:3.13-slim@{digest(b'')}", "", 0), ("python:3.13-slim", "", 1), ("python:3.13-slim", "yes", 0),
    ):  # fmt: skip
        environment = {"PYTHON_IMAGE": image, "UNPINNED": unpinned}
        ran = subprocess.run(["sh", "-c", case], env=environment, capture_output=True, text=True, check=False)
        assert ran.returncode == code, image
        assert ("make pin-images" in ran.stderr) is bool(code)
