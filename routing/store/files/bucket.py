"""A bucket that speaks S3, by obstore: signing, retries and the protocol's corners are the library's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from routing.store.files.storage import Kept, unavailable

_TIMEOUT = timedelta(seconds=20)
_RETRY: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """How a bucket is reached. Empty keys: the machine's own role (instance metadata)."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = ""


class BucketStorage:
    """A bucket, or what is under a prefix in one."""

    def __init__(self, bucket: Bucket) -> None:
        config: Any = {"region": bucket.region}
        if bucket.endpoint:
            config["endpoint"] = bucket.endpoint
        if bucket.access_key:
            config |= {"access_key_id": bucket.access_key, "secret_access_key": bucket.secret_key}
        self._store = S3Store(
            bucket.name, prefix=bucket.prefix or None, config=config, retry_config=_RETRY,
            client_options={
                "timeout": _TIMEOUT, "connect_timeout": timedelta(seconds=5),
                "allow_http": bucket.endpoint.startswith("http://"),
            },
        )  # fmt: skip

    def put(self, key: str, content: bytes) -> None:
        """Keep bytes; S3 answers when they are safe."""
        try:
            self._store.put(key, content)
        except BaseError:
            raise unavailable() from None

    def get(self, key: str) -> bytes | None:
        """The bytes; None if there are none."""
        try:
            return bytes(self._store.get(key).bytes())
        except (NotFoundError, FileNotFoundError):
            return None
        except BaseError:
            raise unavailable() from None

    def delete(self, key: str) -> None:
        """Take bytes away."""
        try:
            self._store.delete(key)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError:
            raise unavailable() from None

    def everything(self) -> Iterator[Kept]:
        """Everything that is kept."""
        try:
            for page in self._store.list(chunk_size=_AT_ONCE):
                for one in page:
                    yield Kept(one["path"], one["last_modified"], one["size"])
        except BaseError:
            raise unavailable() from None
