"""Where bytes lie: a folder of this machine, and a bucket that speaks S3 over HTTP (moto's server)."""

import logging
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from bot.file_storage import build_storage
from bot.settings import Settings
from routing.domain.errors import Unavailable
from routing.service.maintenance import file_copies
from routing.store.files.bucket import Bucket, BucketStorage
from routing.store.files.storage import FolderStorage, new_key
from tests.harness.service import Service


@pytest.fixture(scope="module")
def s3():
    """The address of a service that speaks S3 and holds a bucket."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    assert httpx.put(f"{address}/kp-files").status_code == 200
    yield address
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def storage(request, tmp_path, s3):
    if request.param == "folder":
        return FolderStorage(tmp_path / "files")
    bucket = Bucket(name="kp-files", prefix=tmp_path.name, endpoint=s3, access_key="a", secret_key="b")
    return BucketStorage(bucket)


def test_bytes_come_back_as_they_were_put(storage):
    keys = [new_key() for _ in range(3)]
    for key in keys:
        storage.put(key, key.encode() * 1000)
    assert [storage.get(key) for key in keys] == [key.encode() * 1000 for key in keys]
    assert {one.key for one in storage.everything()} == set(keys)
    since = [one.since for one in storage.everything()]
    assert all(abs(one - datetime.now(UTC)) < timedelta(minutes=5) for one in since)  # noqa: TID251 - the disk's
    storage.delete(keys[0])
    storage.delete(keys[0])
    assert storage.get(keys[0]) is None
    assert {one.key for one in storage.everything()} == set(keys[1:])


def test_an_empty_place_is_no_error(storage):
    assert list(storage.everything()) == []
    assert storage.get(new_key()) is None


def test_a_bucket_that_does_not_answer_is_said_in_words_and_soon():
    storage = BucketStorage(Bucket(name="kp-files", endpoint="http://127.0.0.1:1", access_key="a", secret_key="b"))
    for do in (lambda: storage.put("ab/cd", b"x"), lambda: storage.get("ab/cd"), lambda: list(storage.everything())):
        with pytest.raises(Unavailable) as refused:
            do()
        assert refused.value.code == "files_unavailable"


def test_a_folder_shows_its_files_to_nobody_else_and_holds_nothing_half_written(tmp_path):
    storage = FolderStorage(tmp_path / "files")
    key = new_key()
    storage.put(key, b"x")
    path = tmp_path / "files" / key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("key", ["../../etc/passwd", "ab/../x", "/etc/passwd", "ab", "ab/", "abc/d", "a./b", "ab/c/d"])
def test_what_is_no_key_of_ours_is_no_path(tmp_path, key):
    with pytest.raises(ValueError, match="key"):
        FolderStorage(tmp_path).put(key, b"x")


@pytest.mark.parametrize(
    ("url", "kind"),
    [("", FolderStorage), ("file:///srv/files", FolderStorage), ("s3://kp-files", BucketStorage),
     ("s3://kp-files/one/two", BucketStorage)],
)  # fmt: skip
def test_the_settings_name_the_place(url, kind):
    settings = Settings(_env_file=None, ONESTOP_FILES_URL=url, ONESTOP_DATA_DIR=Path("data"))
    storage = build_storage(settings)
    assert isinstance(storage, kind)
    if kind is FolderStorage:
        assert storage.folder == Path("/srv/files" if url else "data/files")


@pytest.mark.parametrize("url", ["/srv/files", "file://host/x", "http://bucket", "s3://", "s3://UPPER", "s3://a b"])
def test_another_address_is_refused_at_the_start(url):
    with pytest.raises(ValueError, match="file:///folder or s3"):
        Settings(_env_file=None, ONESTOP_FILES_URL=url)


def test_the_product_keeps_its_files_in_a_bucket_and_they_are_copied_out_and_back(database_url, s3, tmp_path):
    place = {"ONESTOP_FILES_URL": "s3://kp-files/product", "AWS_ENDPOINT_URL": s3, "AWS_ACCESS_KEY_ID": "a"}
    with Service(database_url, **place, AWS_SECRET_ACCESS_KEY="b") as service:
        number = service.opened()
        sent = {"file": ("a.txt", b"words in a bucket")}
        made = service.ask("POST", f"/api/v1/cases/{number}/files", files=sent, headers=service.headers("alice"))
        assert made.status_code == 201, made.text
        assert service.get("alice", f"/files/{made.json()['id']}").content == b"words in a bucket"
        with file_copies.alone(tmp_path / "copies", service.runtime.files) as copies:
            copied = file_copies.copy(service.runtime.database, service.runtime.files, copies)
            assert (copied.files, copied.added, copied.missing) == (1, 1, 0)
            for one in list(service.runtime.files.everything()):
                service.runtime.files.delete(one.key)
            found = file_copies.put_back(service.runtime.database, service.runtime.files, copies)
        assert (found.put, found.lost) == (1, ())
        assert service.get("alice", f"/files/{made.json()['id']}").content == b"words in a bucket"
