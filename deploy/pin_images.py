"""The images that a deployment is built of, pinned by digest: what a registry has under their tags today.

``python deploy/pin_images.py`` asks the registry of each image named in ``Dockerfile`` and ``compose.yaml`` for the
digest behind its tag, fetches the manifest under that digest, holds it against it, and writes the digests into both
files; nothing is written unless every one was had. ``--registry ADDRESS`` asks a mirror in place of Docker Hub.
``python deploy/pin_images.py --check [.env]`` asks nobody: it exits with 1 if an image is not pinned there, or one that
``.env`` names in its place.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

ROOT = Path(__file__).resolve().parents[1]
FILES = ("Dockerfile", "compose.yaml")
HUB = "https://registry-1.docker.io"
NAMED = re.compile(r"(?P<before>^ARG [A-Z]+_IMAGE=|\$\{[A-Z]+_IMAGE:-)(?P<image>[^\s}]+)", re.MULTILINE)
"""Where an image stands in the files: the default of an argument or of a variable."""
SET = re.compile(r"^([A-Z]+_IMAGE)=(\S+)\s*$", re.MULTILINE)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
)
_NAME = re.compile(r"(?:(?P<host>[\w.-]*[.:][\w.:-]*|localhost)/)?(?P<name>[a-z0-9/._-]+?)(?::(?P<tag>[\w.-]+))?")
_LARGEST = 4 * 1024 * 1024


class RegistryError(Exception):
    """A registry did not say, or not as its protocol has it; the message names image and reason."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image as a file names it. ``host``: of its registry; None: Docker Hub."""

    host: str | None
    name: str
    tag: str
    digest: str | None

    @classmethod
    def read(cls, text: str) -> Image:
        """Raises ValueError for what names none."""
        named, _, digest = text.partition("@")
        found = _NAME.fullmatch(named)
        if found is None or (digest and not DIGEST.fullmatch(digest)):
            raise ValueError(f"{text} names no image")
        return cls(found["host"], found["name"], found["tag"] or "latest", digest or None)

    @property
    def repository(self) -> str:
        """Its path at the registry."""
        return self.name if self.host or "/" in self.name else f"library/{self.name}"

    def pinned(self, digest: str) -> str:
        """As a file names it, by digest; the tag stays for who reads it."""
        return f"{f'{self.host}/' if self.host else ''}{self.name}:{self.tag}@{digest}"


def unpinned(text: str) -> Iterator[str]:
    """Images of a file that are not named by digest."""
    yield from (found["image"] for found in NAMED.finditer(text) if not _is_pinned(found["image"]))


def _is_pinned(image: str) -> bool:
    try:
        return Image.read(image).digest is not None
    except ValueError:
        return False


def resolve(client: httpx.Client, image: Image, *, hub: str = HUB) -> str:
    """The digest behind the tag of an image today. Raises RegistryError."""
    registry = f"https://{image.host}" if image.host else hub
    address = f"{registry}/v2/{image.repository}/manifests"
    headers = {"Accept": MANIFESTS}
    try:
        head = client.head(f"{address}/{image.tag}", headers=headers)
        if head.status_code == 401:
            headers["Authorization"] = f"Bearer {_token(client, head, registry)}"
            head = client.head(f"{address}/{image.tag}", headers=headers)
        if head.status_code != 200:
            raise RegistryError(f"the registry answers {head.status_code}")
        digest = head.headers.get("docker-content-digest", "")
        if not DIGEST.fullmatch(digest):
            raise RegistryError("the registry names no sha256 digest")
        manifest = client.get(f"{address}/{digest}", headers=headers)
    except httpx.HTTPError as error:
        raise RegistryError(f"the registry does not answer ({type(error).__name__})") from error
    if manifest.status_code != 200 or len(manifest.content) > _LARGEST:
        raise RegistryError(f"the registry answers {manifest.status_code} for the manifest of {digest}")
    if digest != f"sha256:{hashlib.sha256(manifest.content).hexdigest()}":
        raise RegistryError(f"the manifest is not what its digest says ({digest})")
    return digest


def _token(client: httpx.Client, refused: httpx.Response, registry: str) -> str:
    """A token to read with, as the refusal says where to get it."""
    scheme, _, rest = refused.headers.get("www-authenticate", "").partition(" ")
    asked = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    realm = asked.pop("realm", "")
    parts = urlsplit(realm)
    near = parts.scheme == "http" and registry.startswith("http://")
    if scheme.lower() != "bearer" or not (parts.scheme == "https" or near):
        raise RegistryError("the registry asks for a sign-in of another kind")
    answer = client.get(realm, params={key: asked[key] for key in ("service", "scope") if key in asked})
    try:
        given = answer.json() if answer.status_code == 200 else {}
    except ValueError:
        given = {}
    token = given.get("token") or given.get("access_token") if isinstance(given, dict) else None
    if not isinstance(token, str):
        raise RegistryError("the registry gives no token to read with")
    return token


def pin(folder: Path, client: httpx.Client, *, hub: str = HUB) -> list[str]:
    """Write today's digests into the files of a folder; gives the images as they now stand there."""
    texts = {name: (folder / name).read_text(encoding="utf-8") for name in FILES}
    named = sorted({found["image"] for text in texts.values() for found in NAMED.finditer(text)})
    known: dict[Image, str] = {}
    for one in named:
        image = Image.read(one)
        try:
            known[image] = image.pinned(resolve(client, image, hub=hub))
        except RegistryError as error:
            raise RegistryError(f"{one}: {error}") from error
    for name, text in texts.items():
        written = NAMED.sub(lambda found: found["before"] + known[Image.read(found["image"])], text)
        (folder / name).write_text(written, encoding="utf-8")
    return sorted(set(known.values()))


def check(folder: Path, settings: Path | None) -> list[str]:
    """What is not pinned: an image of the files, or one that the settings name in its place."""
    found = [f"{name}: {one}" for name in FILES for one in unpinned((folder / name).read_text(encoding="utf-8"))]
    if settings is not None:
        text = settings.read_text(encoding="utf-8-sig")
        found += [f"{settings.name}: {name}={one}" for name, one in SET.findall(text) if not _is_pinned(one)]
    return found


def main(arguments: list[str]) -> int:
    """Run as the module says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", nargs="?", const="", metavar=".env")
    parser.add_argument("--registry", default=HUB)
    parser.add_argument("--folder", type=Path, default=ROOT)
    asked = parser.parse_args(arguments)
    if asked.check is not None:
        found = check(asked.folder, Path(asked.check) if asked.check else None)
        for one in found:
            print(f"not pinned by digest: {one}", file=sys.stderr)
        return 1 if found else 0
    try:
        with httpx.Client(timeout=30) as client:
            for one in pin(asked.folder, client, hub=asked.registry.rstrip("/")):
                print(one)
    except (RegistryError, ValueError) as error:
        print(f"nothing was changed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
