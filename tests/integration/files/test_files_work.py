"""Files from their announcement to their end: fetched, checked, made small, kept, taken away (issue 8, line 9)."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from routing.domain.errors import DeliveryError
from routing.domain.files import FileState, Problem
from routing.domain.messages import from_plain
from routing.domain.permissions import Role
from routing.ports import Content
from routing.service.cases import sealed_messages
from routing.service.files import cleanup, pictures
from routing.service.files.scanning import ScannerDown
from routing.service.files.work import FileWork
from routing.service.messaging.leases import Heartbeat
from routing.service.office_context import OfficeContextProvider, UnitOfWorkFactory
from routing.store.conversation import queries as conversation_store
from routing.store.conversation.schema import Media, Message
from routing.store.files.schema import Discarded
from routing.store.files.storage import FolderStorage
from tests.harness.chat import Chat
from tests.harness.samples import EICAR, media, office, picture


class World:
    """A branch with somebody on LINE, what LINE holds, a folder, and a search for viruses. ``line``: by message id."""

    def __init__(self, branch, folder):
        self.branch, self.storage = branch, FolderStorage(folder)
        self.chat = Chat(branch)
        self.line = {}
        self.scanner_up = True
        self.scans = 0
        self.work = FileWork(
            units_of_work=UnitOfWorkFactory(
                database=branch.database, office_provider=OfficeContextProvider(branch.office)
            ),
            storage=self.storage, fetch=self.fetch, beats=Heartbeat(branch.database), now=lambda: branch.now,
            scanner=self,
        )  # fmt: skip

    def fetch(self, _channel, message_id):
        held = self.line[message_id]
        if isinstance(held, Exception):
            raise held
        return Content(held, "application/octet-stream") if held is not None else None

    def search(self, content):
        self.scans += 1
        if not self.scanner_up:
            raise ScannerDown("防毒服務沒有回應。")
        return "Eicar" if EICAR in content else None

    def sends(self, content, *, message_id="f1", name=None):
        self.line[message_id] = content
        self.chat.photo(message_id=message_id, file_name=name)

    def settled(self):
        for _ in range(50):
            if not self.work.turn():
                return
        raise AssertionError("no end of work")

    def row(self, message_id="f1"):
        with self.branch.database.reading() as session:
            query = select(Media).where(Media.external_id == message_id).options(undefer(Media.content))
            return session.scalars(query).one()

    def told(self):
        return [message.body for row in self.branch.outbox() if row.reason == "file_problem"
                for message in from_plain(row.payload)]  # fmt: skip

    def kept(self):
        return {one.key for one in self.storage.everything()}


@pytest.fixture
def world(branch, tmp_path):
    return World(branch, tmp_path / "files")


def test_a_photo_is_fetched_checked_kept_and_made_small(world):
    world.sends(picture(size=(900, 600)), name="現場.png")
    assert world.row().state == FileState.PENDING
    world.settled()
    row = world.row()
    assert (row.state, row.content_type, row.file_name, row.due_at) == ("stored", "image/jpeg", "現場.jpg", None)
    assert row.content is None
    assert world.storage.get(row.key) == picture(size=(900, 600))
    assert 0 < len(world.storage.get(row.thumbnail)) < len(picture(size=(900, 600)))
    assert world.kept() == {row.key, row.thumbnail}


def test_photos_of_one_set_that_fail_alike_are_told_of_once(world):
    """Before: an album of four that LINE no longer had cost four pushes with the same sentence (faults-2 3)."""
    for at in range(4):
        world.sends(None, message_id=f"f{at}")
    world.sends(None, message_id="named", name="圖說.pdf")
    world.settled()
    assert sorted("圖說.pdf" in said for said in world.told()) == [False, True]
    world.branch.later(hours=0.1)
    world.sends(None, message_id="later")
    world.settled()
    assert len(world.told()) == 3


def test_what_line_is_still_preparing_comes_later(world):
    """202 for a long video."""
    world.sends(DeliveryError("LINE 仍在準備檔案。", code="not_ready"))
    world.settled()
    assert world.row().state == FileState.PENDING
    world.line["f1"] = media(b"mp42")
    world.settled()
    assert world.row().state == FileState.PENDING
    world.branch.later(hours=0.1)
    world.settled()
    assert (world.row().state, world.row().content_type) == ("stored", "video/mp4")
    assert world.told() == []


@pytest.mark.parametrize(
    ("held", "state", "problem", "words"),
    [
        (None, "gone", Problem.GONE, "已無法取得"),
        (DeliveryError("x", code="too_large", permanent=True), "refused", Problem.TOO_LARGE, "20 MB"),
        (b"MZ" + b"\0" * 90, "refused", Problem.TYPE, "無法收取"),
        (office(more={"word/vbaProject.bin": b"x"}), "refused", Problem.MACRO, "安全檢查"),
        (EICAR, "refused", Problem.VIRUS, "安全檢查"),
    ],
    ids=["gone", "large", "program", "macro", "virus"],
)  # fmt: skip
def test_what_cannot_be_kept_is_told_to_the_firm_once_and_leaves_no_byte(world, held, state, problem, words):
    world.sends(held, name="電費.docx")
    world.settled()
    row = world.row()
    assert (row.state, row.problem, row.key, row.due_at) == (state, problem, None, None)
    (said,) = world.told()
    assert words in said
    assert "電費" in said
    assert world.kept() == set()


def test_line_that_never_answers_is_given_up_after_days_and_told(world):
    world.sends(DeliveryError("x", code="timeout"))
    for _ in range(40):
        world.settled()
        world.branch.later(hours=7)
    assert world.row().state == FileState.GONE
    assert len(world.told()) == 1


def test_a_drive_that_is_away_for_a_while_loses_no_file(world):
    """Before: a folder that was not mounted made what waited for the search for viruses refused as broken, for good."""
    world.scanner_up = False
    world.sends(b"%PDF-1.7\nwords\n%%EOF", name="a.pdf")
    world.settled()
    assert world.row().state == FileState.CHECKING
    folder, away = world.storage.folder, world.storage.folder.with_name("away")
    folder.rename(away)
    world.scanner_up = True
    for _ in range(6):
        world.branch.later(hours=1)
        world.settled()
    assert world.row().state == FileState.CHECKING
    away.rename(folder)
    world.branch.later(hours=7)
    world.settled()
    assert (world.row().state, world.told()) == (FileState.STORED, [])


def test_bytes_that_never_come_back_are_told_after_days(world):
    world.scanner_up = False
    world.sends(b"%PDF-1.7\nwords\n%%EOF", name="a.pdf")
    world.settled()
    world.storage.delete(world.row().key)
    world.scanner_up = True
    for _ in range(40):
        world.branch.later(hours=7)
        world.settled()
    assert (world.row().state, world.row().problem) == (FileState.REFUSED, Problem.BROKEN)


def test_while_nobody_can_search_for_viruses_a_file_waits_unseen(world):
    world.scanner_up = False
    world.sends(picture())
    world.settled()
    assert world.row().state == FileState.CHECKING
    world.branch.later(hours=5)
    world.settled()
    assert world.row().state == FileState.CHECKING
    world.scanner_up = True
    world.branch.later(hours=1)
    world.settled()
    assert world.row().state == FileState.STORED


def test_a_file_whose_size_line_tells_is_not_fetched_if_it_is_too_large(world):
    world.chat.photo(message_id="big", size=21 * 1024 * 1024)
    world.settled()
    assert (world.row("big").state, world.row("big").problem) == ("refused", "too_large")


def test_a_file_that_lies_elsewhere_is_not_fetched(world):
    """contentProvider external: an address that somebody chose is not called."""
    world.chat.photo(message_id="there", elsewhere=True)
    world.settled()
    assert (world.row("there").state, world.row("there").problem) == ("gone", "elsewhere")


def test_a_file_taken_back_while_it_was_being_fetched_is_kept_nowhere(world):
    """L27."""

    def unsends(_channel, _message_id):
        world.chat.unsend("f1")
        return Content(picture(), "image/jpeg")

    world.sends(picture())
    FileWork(
        units_of_work=world.work.units_of_work, storage=world.storage, fetch=unsends, beats=world.work.beats,
        now=lambda: world.branch.now,
    ).turn()  # fmt: skip
    world.settled()
    assert (world.row().state, world.row().key) == ("erased", None)
    assert world.kept() == set()
    assert world.told() == []


def test_a_file_taken_back_loses_its_bytes_and_its_thumbnail(world):
    """L27: outside of a case nothing is left; inside one the bytes are sealed and the thumbnail goes."""
    number = world.chat.opens()
    world.chat.tap("add_to_case", number=number)
    world.sends(picture(), message_id="mine")
    world.chat.tap("cancel")
    world.sends(picture("PNG"), message_id="loose")
    world.settled()
    assert len(world.kept()) == 4
    world.chat.unsend("loose")
    world.chat.unsend("mine")
    world.settled()
    assert (world.row("mine").state, world.row("loose").state) == ("sealed", "erased")
    assert world.kept() == {world.row("mine").key}


def test_a_file_of_no_case_goes_after_a_day_and_one_of_a_case_stays(world):
    number = world.chat.opens()
    world.chat.tap("add_to_case", number=number)
    world.sends(picture(), message_id="mine")
    world.chat.tap("cancel")
    world.sends(picture("PNG"), message_id="loose", name="私人.png")
    world.settled()
    world.branch.later(days=1, hours=-0.1)
    assert cleanup.forget_unclaimed(world.branch.database, _day_ago(world)) == 0
    world.branch.later(hours=0.2)
    assert cleanup.forget_unclaimed(world.branch.database, _day_ago(world)) == 1
    assert cleanup.forget_unclaimed(world.branch.database, _day_ago(world)) == 0
    world.settled()
    loose = world.row("loose")
    assert (loose.state, loose.key, loose.file_name) == ("erased", None, None)
    assert world.kept() == {world.row("mine").key, world.row("mine").thumbnail}


def test_a_file_that_a_case_is_being_opened_with_stays_while_the_firm_goes_on(world):
    world.sends(picture())
    world.chat.tap("open_case")
    world.settled()
    world.branch.later(days=1, hours=1)
    world.chat.text("想續租標準廠房，合約快到期了")
    assert cleanup.forget_unclaimed(world.branch.database, _day_ago(world)) == 0
    world.branch.later(days=1, hours=1)
    assert cleanup.forget_unclaimed(world.branch.database, _day_ago(world)) == 1


def _day_ago(world):
    return world.branch.now - cleanup.timedelta(days=1)


def test_bytes_that_no_row_speaks_of_are_swept_after_a_day_and_others_never(world):
    world.sends(picture())
    world.settled()
    world.storage.put("ab/orphan", b"x")
    world.storage.put("ab/waiting", b"x")
    with world.branch.database.writing() as session:
        session.add(Discarded(key="ab/waiting", due_at=world.branch.now))
    known = world.kept() - {"ab/orphan"}
    newest = max(one.since for one in world.storage.everything())
    world.branch.now = newest
    assert cleanup.sweep(world.branch.database, world.storage) == 0
    world.branch.later(days=1, hours=1)
    assert cleanup.sweep(world.branch.database, world.storage) == 1
    assert world.kept() == known


def test_a_place_that_cannot_be_written_to_puts_work_off_and_loses_nothing(world, tmp_path):
    world.storage.folder = tmp_path / "file"
    world.storage.folder.write_text("a file where a folder should be")
    world.sends(picture())
    world.settled()
    assert world.row().state == FileState.PENDING
    world.storage.folder.unlink()
    world.branch.later(hours=1)
    world.settled()
    assert world.row().state == FileState.STORED


def test_a_picture_that_ends_every_try_goes_without_a_thumbnail(world):
    world.sends(picture())
    world.settled()
    with world.branch.database.writing() as session:
        row = session.scalars(select(Media)).one()
        row.thumbnail, row.due_at, row.attempts = None, world.branch.now, 3
    world.settled()
    assert (world.row().thumbnail, world.row().due_at) == (None, None)


def test_bytes_that_the_database_still_holds_are_moved_and_checked_like_new_ones(world):
    with world.branch.database.writing() as session:
        for serial, body in enumerate((picture(), b"MZ" + b"\0" * 90)):
            message = Message(direction="in", kind="image", text="", at=world.branch.now, via="line")
            session.add(message)
            session.flush()
            session.add(
                Media(message_id=message.id, channel="line", external_id=f"old{serial}", content=body,
                      content_type="image/jpeg", state="moving", due_at=world.branch.now)
            )  # fmt: skip
    world.settled()
    moved, refused = world.row("old0"), world.row("old1")
    assert (moved.state, moved.content, world.storage.get(moved.key)) == ("stored", None, picture())
    assert (refused.state, refused.content, refused.key) == ("refused", None, None)


def test_bytes_that_were_sealed_in_the_database_are_moved_and_stay_sealed(world):
    number = world.chat.opens()
    world.chat.tap("add_to_case", number=number)
    world.sends(picture(), message_id="mine", name="名冊.jpg")
    database = world.branch.database
    with database.writing() as session:
        row = session.scalars(select(Media)).one()
        row.content, row.content_type, row.state, row.due_at = picture(), "image/jpeg", "moving", world.branch.now
    world.chat.unsend("mine")
    assert (world.row("mine").content, world.row("mine").state) == (None, "sealed")
    world.settled()
    row = world.row("mine")
    assert (row.state, world.storage.get(row.key)) == ("sealed", picture())
    world.branch.staff("adam", Role.ADMIN)
    adam = world.branch.actor("adam@kp.example")
    with database.writing() as session:
        held = conversation_store.sealed(session, row.message_id)
        assert "file" not in held
        opened = sealed_messages.read(session, world.storage, adam, row.message_id, reason="調卷", now=world.branch.now)
    assert (opened.file, opened.file_name) == (picture(), "名冊.jpg")


def test_pixels_and_thumbnails_have_bounds():
    assert pictures.MOST_PIXELS <= 64_000_000
    assert pictures.THUMBNAIL <= 512
