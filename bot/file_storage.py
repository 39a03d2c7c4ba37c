"""The place of files that the settings name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from bot.settings import Settings
from routing.store.files.bucket import Bucket, BucketStorage
from routing.store.files.storage import FileStorage, FolderStorage


def build_storage(settings: Settings) -> FileStorage:
    """Where files lie: a folder of the data, unless the branch names another or a bucket."""
    url = settings.files_url
    if not url:
        return FolderStorage(settings.data_dir / "files")
    if url.startswith("file://"):
        return FolderStorage(Path(unquote(url.removeprefix("file://"))))
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    return BucketStorage(
        Bucket(
            name=bucket, prefix=prefix, endpoint=settings.files_endpoint, region=settings.files_region,
            access_key=settings.files_access_key, secret_key=settings.files_secret_key,
        )
    )  # fmt: skip
