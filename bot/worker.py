"""The worker: inbox, outbox, files and timers, in a few threads, until told to stop.

Any number of workers share one PostgreSQL; SQLite has one, inside the web process. A committed transaction that made
work wakes them (in the process itself; on PostgreSQL other processes by NOTIFY); while there is none they only read,
now and then. On SIGTERM what is in hand is finished and nothing new is taken.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Event, Lock, Thread
from time import monotonic

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import heap, tracing
from bot.certificates import ends as certificate_ends
from bot.feed_client import HttpFeedClient
from bot.runtime import Runtime
from bot.web.words import word
from routing.domain.dialogue.state import Step
from routing.domain.errors import DeliveryError
from routing.domain.inbound import Inbound
from routing.domain.tax_number import numbers_in
from routing.ports import Content
from routing.service.accounts import audit_trail, idle
from routing.service.announcements import commands as announcements
from routing.service.bindings import mailing
from routing.service.cases import assignment, from_firm, notifying
from routing.service.conversation.profiles import Names
from routing.service.feeds import registry_feed
from routing.service.feeds import runner as feed_runner
from routing.service.files import cleanup
from routing.service.files.work import FileWork
from routing.service.knowledge_admin.trial_runner import Trials
from routing.service.maintenance import certificates, daily
from routing.service.messaging import inbox, leases, parking, quota
from routing.service.messaging.preparing import Preparing
from routing.service.messaging.senders import Senders
from routing.service.reminders import mailing as staff_mailing
from routing.service.reminders import notifier, weekly
from routing.service.reporting import measuring
from routing.store.conversation import queries as conversation_store
from routing.store.files import queries as file_store
from routing.store.listening import Listener
from routing.store.messaging import inbox as inbox_store
from routing.store.messaging import outbox as outbox_store
from routing.store.messaging.inbox import PartitionKey
from routing.store.messaging.schema import Outbox
from routing.store.session import instant

_PARTITIONS_AT_ONCE = 4
_FILES_AT_ONCE = 2
_IN_HAND = 0.25
"""Seconds until the next look while something waits or is being worked on: its time comes without a notice."""
_IDLE = 2.0
"""Seconds until the next look while there is nothing: the net below the notices that wake us."""
_SWEEP_EVERY = 60.0
_BATCH_EVERY = 3.0
_REGISTER_SECONDS = 2.0
"""That a person in the chat waits for the register, at the most."""
_REGISTER_BYTES = 256 * 1024
_WATCH_EVERY = 1.0
_TRIALS_EVERY = 2.0
_FILES_EVERY = 1.0
_FEEDS_EVERY = 5.0
_MAIL_EVERY = 5.0
_REMIND_EVERY = 30.0
_AFTER_TROUBLE = 1.0
_APART = 0.02
"""Seconds from one look to the next where every message wakes us: what comes meanwhile is taken together.

Whoever comes after a pause is looked for at once.
"""
_NAMES_APART = 0.2

log = structlog.get_logger("worker")


class Worker:
    """Loops over the work of one process. ``start`` and ``stop`` may be called once each."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._channels = runtime.channels
        self._holder = token_hex(8)
        self._names = Names(runtime.database, runtime.channels)
        self._watch = KnowledgeWatch(runtime)
        self._trials = Trials(database=runtime.database, knowledge=runtime.knowledge)
        self._stop = Event()
        self._inbox_wake = Event()
        self._outbox_wake = Event()
        self._wakes: list[Event] = [self._inbox_wake, self._outbox_wake]
        self._threads = [
            self._thread("inbox", self._inbox_turn, inbox_store.TOPIC, self._inbox_wake, apart=_APART),
            self._thread("outbox", self._outbox_turn, outbox_store.TOPIC, self._outbox_wake, apart=_APART),
            *(self._thread(f"files-{n}", self._files_turn, file_store.TOPIC) for n in range(_FILES_AT_ONCE)),
            self._thread("names", self._names_turn, conversation_store.NAMES, apart=_NAMES_APART),
            self._thread("timers", self._timers_turn),
            *([self._thread("mail", self._mail_turn)] if runtime.mailer is not None else []),
            self._thread("trials", self._trials_turn),
            self._thread("feeds", self._feeds_turn),
            self._thread("announcements", self._announcements_turn),
            self._thread("reminders", self._reminders_turn),
        ]
        self._listener = Listener(runtime.database)
        self._partitions = ThreadPoolExecutor(_PARTITIONS_AT_ONCE, thread_name_prefix="partition")
        self._preparing = Preparing(runtime.channels)
        self._register = HttpFeedClient(seconds=_REGISTER_SECONDS, most=_REGISTER_BYTES)
        self._in_hand: set[PartitionKey] = set()
        self._lock = Lock()
        self._beats = leases.Heartbeat(runtime.database)
        self._files = FileWork(
            units_of_work=runtime, storage=runtime.files, fetch=self._content, beats=self._beats, now=runtime.now,
            scanner=runtime.scanner,
        )  # fmt: skip
        self._senders = [
            Senders(
                runtime.database,
                channel,
                self._beats,
                runtime.now,
                stop=self._stop,
                renew=self._said_anew,
                done=self._outbox_wake.set,
            )
            for channel in self._channels.values()
        ]

    def _said_anew(self, session: Session, notice: Outbox, now: datetime) -> bool:
        """A notice that waited to be sent states its case as it is now (trap O6)."""
        return notifying.renew(session, self.runtime.office_provider.office(session), notice, now)

    def _thread(
        self, name: str, turn: Callable[[], float], topic: str | None = None, wake: Event | None = None,
        *, apart: float = 0.0,
    ) -> Thread:  # fmt: skip
        """A thread that takes turns; ``turn`` says how many seconds to wait for the topic's notice until the next.

        ``apart``: the least seconds from the beginning of one turn to that of the next, however often it is woken.
        """
        waits = wake or Event()
        if topic is not None:
            self.runtime.database.wakes.subscribe(topic, waits)
        self._wakes.append(waits)
        return Thread(target=self._loop, args=(name, turn, waits, apart), name=f"worker-{name}", daemon=True)

    def start(self) -> None:
        """Begin working. On SQLite, which one process has to itself, what its predecessor held is free at once."""
        if self.runtime.database.is_sqlite:
            leases.free_all(self.runtime.database)
        self._beats.start()
        self._preparing.start()
        self._listener.start()
        for thread in self._threads:
            thread.start()
        self._watch.start()

    def wake(self) -> None:
        """There is something in the inbox."""
        self._inbox_wake.set()

    def stop(self) -> None:
        """Finish what is in hand, and end; at most some ten seconds."""
        self._stop.set()
        for event in self._wakes:
            event.set()
        self._watch.stop()
        self._listener.stop()
        for thread in self._threads:
            thread.join(timeout=9)
        self._partitions.shutdown(wait=True, cancel_futures=True)
        self._preparing.stop()
        for senders in self._senders:
            senders.close()
        self._beats.stop()

    def _loop(self, name: str, turn: Callable[[], float], wake: Event, apart: float) -> None:
        ready = name != "inbox"
        while not self._stop.is_set():
            began = monotonic()
            structlog.contextvars.clear_contextvars()  # a line names the case of its own turn, not of the last one
            try:
                if not ready:
                    # Fitting takes a moment: before the first event is held, not inside its transaction.
                    self.runtime.reader.warm()
                    heap.settle()
                    ready = True
                pause = turn()
            except SQLAlchemyError as error:
                log.exception("database_trouble", loop=name, error=type(error).__name__)
                pause = _AFTER_TROUBLE
            except Exception:
                # A fault in one turn must not end the loop that everything else depends on.
                log.exception("turn_failed", loop=name)
                pause = _AFTER_TROUBLE
            if pause and not self._stop.is_set():
                wake.wait(pause)
                self._stop.wait(began + apart - monotonic())
                wake.clear()

    def _inbox_turn(self) -> float:
        """Set threads to work on partitions, and do not wait for them: a slow partition holds up its own user alone."""
        with self._lock:
            in_hand = set(self._in_hand)
        room = 4 * _PARTITIONS_AT_ONCE - len(in_hand)
        if room < 2 * _PARTITIONS_AT_ONCE:
            return _IN_HAND
        with self.runtime.database.reading() as session:
            more = inbox_store.any_unhandled(session)
            partitions = inbox_store.partitions_with_work(
                session, self._channels, now=instant(session), limit=room + len(in_hand)
            )
        new = [partition for partition in partitions if partition not in in_hand][:room]
        with self._lock:
            self._in_hand.update(new)
        for partition in new:
            self._partitions.submit(self._partition, partition)
        return _IN_HAND if more else _IDLE

    def _partition(self, partition: PartitionKey) -> None:
        runtime = self.runtime
        try:
            with tracing.span("inbox partition", "consumer", messaging__system=partition.channel) as span:
                handled = inbox.work_partition(
                    runtime.database, runtime.office_provider, runtime.reader, self._channels[partition.channel],
                    partition, holder=f"{self._holder}-{token_hex(4)}", now=runtime.now, waits=self._preparing.at_once,
                    preparing=self._preparing, before=self._look_up,
                )  # fmt: skip
                span.set_attribute("messaging.batch.message_count", handled)
        except Exception as error:
            # What was not handled stays, and its partition is free again when its lease ends.
            log.exception("partition_failed", error=type(error).__name__)
            handled = 0
        with self._lock:
            self._in_hand.discard(partition)
        if handled:
            self._outbox_wake.set()
            self._inbox_wake.set()

    def _look_up(self, step: Step, inbounds: Sequence[Inbound]) -> None:
        """A 統一編號 that answers the question for the firm is looked up in the register, if one is set."""
        feed = self.runtime.feeds.get("registry")
        if feed is None or step is not Step.FIRM:
            return
        numbers = {ubn for one in inbounds for ubn in numbers_in(one.text)}
        for ubn in sorted(numbers)[:1]:
            registry_feed.ensure(self.runtime, feed, self._register, ubn, now=self.runtime.now())

    def _outbox_turn(self) -> float:
        if sum(senders.turn() for senders in self._senders):
            return _IN_HAND
        with self.runtime.database.reading() as session:
            return _IN_HAND if outbox_store.any_unfinished(session) else _IDLE

    def _files_turn(self) -> float:
        return 0 if self._files.turn() else _FILES_EVERY

    def _names_turn(self) -> float:
        return 0 if self._names.learn() else _IDLE

    def _content(self, channel: str, external_id: str) -> Content | None:
        if channel not in self._channels:
            raise DeliveryError("這個管道目前沒有接上。", code="not_sent")
        return self._channels[channel].content(external_id)

    def _timers_turn(self) -> float:
        runtime = self.runtime
        given = assignment.sweep(runtime, now=runtime.now())
        ended = from_firm.end_quiet_waits(runtime, now=runtime.now())
        if ended:
            log.info("waits_ended", cases=len(ended))
        measuring.turn(runtime, now=runtime.now())
        daily.run(runtime, runtime.settings.periods, runtime.files, now=runtime.now())
        cleanup.forget_unclaimed(runtime.database, runtime.now() - timedelta(days=runtime.settings.keep_files))
        if (shown_at := runtime.settings.certificate_at) is not None:
            certificates.look_if_due(runtime.database, *shown_at, certificate_ends, now=runtime.now())
        idle.close(runtime, runtime.settings.idle_accounts, now=runtime.now())
        audit_trail.seal_new(runtime.database)
        if given:
            log.info("assigned_later", cases=len(given))
        for channel in self._channels.values():
            quota.ask_if_due(runtime.database, channel, now=runtime.now())
        parking.release_due(runtime, renew=notifying.renew, now=runtime.now())
        return _SWEEP_EVERY

    def _feeds_turn(self) -> float:
        """A thread of its own: a source that is slow holds up nothing else."""
        runtime = self.runtime
        if not runtime.feeds:
            return _SWEEP_EVERY
        feed_runner.run_due(runtime, runtime.feeds, runtime.feed_client, now=runtime.now())
        return _FEEDS_EVERY

    def _announcements_turn(self) -> float:
        """A batch a turn, each in a transaction of its own: cases are not held up by a notice to everybody."""
        return 0 if announcements.send_due(self.runtime, now=self.runtime.now()) else _BATCH_EVERY

    def _reminders_turn(self) -> float:
        """What is due to be said to staff; whichever worker looks first says it."""
        now = self.runtime.now()
        told = notifier.turn(self.runtime, now=now) + weekly.turn(self.runtime, word=word, now=now)
        if told:
            log.info("reminded", rows=told)
        return _REMIND_EVERY

    def _mail_turn(self) -> float:
        if self.runtime.mailer is not None:
            mailing.send_due(self.runtime, self.runtime.mailer, self.runtime.now)
            staff_mailing.send_due(self.runtime.database, self.runtime.mailer, self.runtime.now)
        return _MAIL_EVERY

    def _trials_turn(self) -> float:
        busy = self._trials.turn(self.runtime.now) or self._trials.try_draft(self.runtime.now)
        return 0 if busy else _TRIALS_EVERY


class KnowledgeWatch:
    """Rebuilds a process's understander when the active knowledge changed, and tells it of changed parks.

    Every web and worker process has one.
    """

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stop = Event()
        self._thread = Thread(target=self._loop, name="knowledge", daemon=True)

    def start(self) -> None:
        """Begin watching."""
        self._thread.start()

    def stop(self) -> None:
        """End; a fit that is under way is left behind with the process."""
        self._stop.set()
        self._thread.join(timeout=2)

    def _loop(self) -> None:
        while not self._stop.wait(_WATCH_EVERY):
            try:
                if self._runtime.knowledge.refresh(self._runtime.reader):
                    heap.resettle()
                with self._runtime.reading() as (_, office):
                    self._runtime.reader.know(office.offices)
            except Exception:
                # The knowledge of before stays active; the next look may succeed.
                log.exception("knowledge_not_refreshed")


def run_until_signalled(worker: Worker) -> None:
    """Work until SIGTERM or SIGINT; what it does is traced where traces are collected."""
    done = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: done.set())
    runtime = worker.runtime
    collected = tracing.start(runtime.settings, runtime.database.engine)
    worker.start()
    while not done.wait(1.0):
        pass
    worker.stop()
    tracing.stop(collected)
