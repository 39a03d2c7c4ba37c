"""The nightly copy carries the files: new ones alone, none that was erased, and they come back as they were."""

import os
import stat
import sys
import time
from hashlib import sha256

import pytest

from bot.__main__ import main
from routing.domain.files import FileState
from routing.service.maintenance import backups, file_copies
from routing.store.conversation.schema import Media
from routing.store.files import queries as store
from routing.store.files.storage import FolderStorage, new_key
from routing.store.session import Database
from tests.harness import databases
from tests.harness.pages import Visitor
from tests.harness.samples import picture
from tests.harness.service import Service

WORDS = b"%PDF-1.7\nwords\n%%EOF"


@pytest.fixture
def service(database_url, tmp_path):
    with Service(database_url, ONESTOP_FILES_URL=f"file://{tmp_path / 'place'}") as service:
        yield service


@pytest.fixture
def onestop(service, monkeypatch, capsys, tmp_path):
    """Runs a command beside the service; gives exit code, what it said and what it complained of."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ONESTOP_DATABASE_URL", service.settings.database_url)
    monkeypatch.setenv("ONESTOP_FILES_URL", service.settings.files_url)

    def run(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        sys.stdout.flush()
        said = capsys.readouterr()
        return left.value.code, said.out, said.err

    return run


def add(service, number, content, name="a.pdf"):
    made = service.ask(
        "POST", f"/api/v1/cases/{number}/files", files={"file": (name, content)}, headers=service.headers("alice")
    )
    assert made.status_code == 201, made.text
    return made.json()["id"]


def erase(service, media_id):
    """As when its message is taken back: row let go, bytes gone."""
    with service.runtime.database.writing() as session:
        row = session.get_one(Media, media_id)
        key = row.key
        store.take_away(session, row)
    service.runtime.files.delete(key)


def held(folder):
    return {path.name for path in (folder / "attachments").glob("??/*")}


def mark(content):
    return sha256(content).hexdigest()


def row_of(service, media_id):
    with service.runtime.database.reading() as session:
        return session.get_one(Media, media_id)


def test_only_what_is_new_is_copied_each_content_once_and_nobody_else_reads_it(service, onestop, tmp_path):
    number = service.opened()
    add(service, number, WORDS)
    add(service, number, WORDS, "b.pdf")
    code, said, complaint = onestop("backup", tmp_path / "onestop-1.backup")
    assert (code, complaint) == (0, "")
    assert "附件 1 個（1 KB）" in said
    assert "新增 1 個" in said
    path = tmp_path / "attachments" / mark(WORDS)[:2] / mark(WORDS)
    assert path.read_bytes() == WORDS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(one.stat().st_mode) for one in (path.parent, path.parent.parent)} == {0o700}
    was = path.stat().st_mtime_ns
    add(service, number, WORDS + b"\n")
    assert "新增 1 個" in onestop("backup", tmp_path / "onestop-2.backup")[1]
    assert path.stat().st_mtime_ns == was
    assert held(tmp_path) == {mark(WORDS), mark(WORDS + b"\n")}


def test_what_was_erased_stays_as_long_as_a_copy_of_the_database_knows_of_it_and_no_longer(service, onestop, tmp_path):
    number = service.opened()
    erased, kept = add(service, number, WORDS), add(service, number, WORDS + b"\n")
    onestop("backup", tmp_path / "onestop-1.backup")
    erase(service, erased)
    onestop("backup", tmp_path / "onestop-2.backup", "--keep-days", 14)
    assert held(tmp_path) == {mark(WORDS), mark(WORDS + b"\n")}
    (tmp_path / "onestop-1.backup").rename(tmp_path / "before the move.backup")
    onestop("backup", tmp_path / "onestop-3.backup", "--keep-days", 14)
    assert mark(WORDS) in held(tmp_path)
    (tmp_path / "before the move.backup").rename(tmp_path / "onestop-1.backup")
    old = time.time() - 15 * 86400  # noqa: TID251 - the disk's
    os.utime(tmp_path / "onestop-1.backup", (old, old))
    code, said, _ = onestop("backup", tmp_path / "onestop-4.backup", "--keep-days", 14)
    assert code == 0
    assert "刪除已無備份引用者 1 個" in said
    assert held(tmp_path) == {row_of(service, kept).sha256}
    assert not (tmp_path / "onestop-1.backup").exists()
    assert {path.name for path in tmp_path.glob("*.backup")} == {f"onestop-{n}.backup" for n in (2, 3, 4)}


def test_a_copy_that_cannot_be_read_keeps_everything(service, onestop, tmp_path):
    erased = add(service, service.opened(), WORDS)
    onestop("backup", tmp_path / "onestop-1.backup")
    erase(service, erased)
    (tmp_path / "onestop-1.backup").unlink()
    (tmp_path / "unreadable").symlink_to("/proc/self/mem")
    assert onestop("backup", tmp_path / "onestop-2.backup")[0] == 1
    assert held(tmp_path) == {mark(WORDS)}


def test_files_come_back_as_they_were_and_small_pictures_are_made_anew(service, onestop, tmp_path):
    number = service.opened()
    words, seen = add(service, number, WORDS), add(service, number, picture(), "a.jpg")
    with service.runtime.database.writing() as session:
        session.get_one(Media, seen).thumbnail = small = new_key()
    service.runtime.files.put(small, b"small")
    onestop("backup", tmp_path / "whole.backup")
    kind = "sqlite" if service.runtime.database.is_sqlite else "postgres"
    (tmp_path / "other").mkdir()
    with databases.migrated(kind, tmp_path / "other") as url:
        place = tmp_path / "other" / "place"
        code, said, complaint = onestop(
            "restore", tmp_path / "whole.backup", ONESTOP_DATABASE_URL=url, ONESTOP_FILES_URL=f"file://{place}"
        )
        assert (code, complaint) == (0, "")
        assert "附件 2 個：放回 2，缺少或損壞 0" in said
        assert FolderStorage(place).get(row_of(service, words).key) == WORDS
        assert onestop("files", "check")[:2] == (0, "附件 2 個：放回 0，缺少或損壞 0\n")
        other = Database(url)
        with other.reading() as session:
            row = session.get_one(Media, seen)
            assert (row.thumbnail, row.due_at is not None, row.state) == (None, True, FileState.STORED)
        other.dispose()


def test_a_restore_says_which_are_missing_or_harmed_and_can_be_gone_on_with(service, onestop, tmp_path):
    number = service.opened()
    gone, harmed, fine = (add(service, number, WORDS + b"\n" * n) for n in range(3))
    onestop("backup", tmp_path / "whole.backup")
    copies = FolderStorage(tmp_path / "attachments")
    for media_id, content in ((gone, None), (harmed, b"something else")):
        name = row_of(service, media_id).sha256
        copies.delete(f"{name[:2]}/{name}")
        if content is not None:
            copies.put(f"{name[:2]}/{name}", content)
    place = FolderStorage(tmp_path / "place")
    for one in list(place.everything()):
        place.delete(one.key)
    code, said, complaint = onestop("files", "restore", tmp_path / "attachments")
    assert code == 1
    assert "附件 3 個：放回 1，缺少或損壞 2" in said
    assert [f"附件 {one}（{number}）" in complaint for one in (gone, harmed, fine)] == [True, True, False]
    assert onestop("files", "check")[0] == 1
    assert onestop("files", "check", "--copies", tmp_path / "attachments")[0] == 1
    copies.put(f"{mark(WORDS)[:2]}/{mark(WORDS)}", WORDS)
    assert "放回 1，缺少或損壞 1" in onestop("files", "restore", tmp_path / "attachments")[1]


def test_a_restore_without_the_folder_lists_every_file_that_is_not_in_its_place(service, onestop, tmp_path):
    number = service.opened()
    add(service, number, WORDS)
    onestop("backup", tmp_path / "whole.backup", "--no-files")
    assert not (tmp_path / "attachments").exists()
    (tmp_path / "other").mkdir()
    kind = "sqlite" if service.runtime.database.is_sqlite else "postgres"
    with databases.migrated(kind, tmp_path / "other") as url:
        code, _, complaint = onestop("restore", tmp_path / "whole.backup", ONESTOP_DATABASE_URL=url)
        assert (code, complaint) == (0, "")  # the place still has it
    with databases.migrated(kind, tmp_path / "other") as url:
        nowhere = f"file://{tmp_path / 'nowhere'}"
        code, _, complaint = onestop(
            "restore", tmp_path / "whole.backup", ONESTOP_DATABASE_URL=url, ONESTOP_FILES_URL=nowhere
        )
        assert code == 1
        assert number in complaint


def test_bytes_that_are_lost_or_changed_at_their_place_are_told_at_the_desk(service, onestop, tmp_path):
    number = service.opened()
    lost, changed, _ = (add(service, number, WORDS + b"\n" * n) for n in range(3))
    service.runtime.files.delete(row_of(service, lost).key)
    service.runtime.files.put(row_of(service, changed).key, b"something else")
    code, _, complaint = onestop("backup", tmp_path / "whole.backup")
    assert code == 0
    assert "1 個附件在儲存空間找不到，1 個內容與登錄不符" in complaint
    page = Visitor(service, "adam").get("/desk/admin/running")
    assert page.outline.broken_rules() == []
    assert "備份有附件缺少或損壞" in page.text
    assert "缺少 1，損壞 1" in page.text


def test_the_desk_says_when_the_last_copy_was_and_when_it_is_late(service, onestop, tmp_path):
    admin = Visitor(service, "adam")
    assert "尚未以" in admin.get("/desk/admin/running").text
    add(service, service.opened(), WORDS)
    onestop("backup", tmp_path / "whole.backup")
    assert "1 個，1 KB" in admin.get("/desk/admin/running").text
    with service.runtime.database.writing() as session:
        file_copies.note(session, 7, None, now=service.now)
    service.later(hours=47)
    assert "備份超過兩日" not in Visitor(service, "adam").get("/desk/admin/running").text
    service.later(hours=2)
    text = Visitor(service, "adam").get("/desk/admin/running").text
    assert "備份超過兩日未完成" in text
    assert "備份時未含附件" in text


def test_a_file_of_before_without_a_fingerprint_gets_one_and_is_copied(service, onestop, tmp_path):
    media_id = add(service, service.opened(), WORDS)
    with service.runtime.database.writing() as session:
        session.get_one(Media, media_id).sha256 = None
    onestop("backup", tmp_path / "whole.backup")
    assert held(tmp_path) == {mark(WORDS)}
    assert backups.files_of(tmp_path / "whole.backup") == {mark(WORDS)}


def test_copies_are_not_laid_upon_the_files_themselves(service, onestop, tmp_path):
    code, _, complaint = onestop("backup", tmp_path / "whole.backup", "--files", tmp_path / "place")
    assert code == 2
    assert "不得是附件本身的資料夾" in complaint
    assert not (tmp_path / "whole.backup").exists()


def test_a_place_that_cannot_be_used_fails_the_copy_and_deletes_nothing(service, onestop, tmp_path):
    add(service, service.opened(), WORDS)
    onestop("backup", tmp_path / "onestop-1.backup")
    add(service, service.opened(), WORDS + b"\n")
    bucket = {"ONESTOP_FILES_URL": "s3://kp-files", "AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    old = time.time() - 15 * 86400  # noqa: TID251 - the disk's
    os.utime(tmp_path / "onestop-1.backup", (old, old))
    keys = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}
    code, _, complaint = onestop("backup", tmp_path / "onestop-2.backup", "--keep-days", 14, **bucket, **keys)
    assert code == 1
    assert "檔案儲存空間目前無法使用" in complaint
    assert (tmp_path / "onestop-1.backup").exists()
    assert held(tmp_path) == {mark(WORDS)}
