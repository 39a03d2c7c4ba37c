"""The worker's part in teaching: every correction in trial is measured, then goes live or is refused with figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from knowledge.language.text import normalise
from knowledge.understand import Understander
from routing.service.knowledge_admin import effects
from routing.service.knowledge_admin.active import ActiveKnowledge, Knowledge, as_taught
from routing.service.knowledge_admin.corrections import forget_taken_back
from routing.service.knowledge_admin.trial_evaluation import (
    TOLERANCE,
    EvaluationQuestion,
    Figures,
    held_out,
    measure,
    near,
    objection,
)
from routing.store.accounts import queries as account_store
from routing.store.knowledge_admin import queries as store
from routing.store.knowledge_admin.schema import Correction
from routing.store.session import Database

log = structlog.get_logger("knowledge")


@dataclass(slots=True, kw_only=True)
class Trials:
    """Tries what waits. Any number of workers may: the first one to decide a correction has decided it."""

    database: Database
    knowledge: Knowledge
    questions: Callable[[], Sequence[EvaluationQuestion]] = held_out

    def turn(self, now: Callable[[], datetime]) -> int:
        """Try what waits; says how many corrections were decided.

        All together first, since most are harmless; if together they do harm, the oldest alone.
        """
        with self.database.reading() as session:
            known = self.knowledge.active(session)
            waiting = store.corrections(session, state="trial")
            taken_back = bool(store.taken_back(session))
        if taken_back:
            with self.database.writing() as session:
                return forget_taken_back(session, now=now())
        for rows in (waiting, waiting[:1]) if len(waiting) > 1 else (waiting,):
            if not rows:
                return 0
            report = self._measured(known, rows)
            if len(rows) == 1 or not report["objection"]:
                return self._decide(rows, report, now())
        return 0

    def try_draft(self, now: Callable[[], datetime]) -> bool:
        """Try the draft that was asked for first on what firms asked lately; whether there was one."""
        with self.database.reading() as session:
            trial = effects.next_trial(self.knowledge, session, now=now())
        if trial is None:
            return False
        report = effects.report_of(self.knowledge, trial)
        with self.database.writing() as session:
            store.tried(session, trial.edit_id, report, now=now())
        log.info("draft_tried", draft=trial.edit_id)
        return True

    def _measured(self, known: ActiveKnowledge, rows: Sequence[Correction]) -> dict[str, Any]:
        lost = sorted({row.entry_id for row in rows if row.entry_id and known.base.entry(row.entry_id) is None})
        if lost:
            return {"objection": f"條目已不存在：{'、'.join(lost)}"}
        texts = [row.text for row in rows]
        moved = {normalise(text) for text in texts}
        around = (question for question in near(known.base, texts) if normalise(question.text) not in moved)
        questions = (*self.questions(), *around)
        before, read_before = self._asked(known, questions, rows)
        after, read_after = self._asked(known.with_taught(as_taught(row) for row in rows), questions, rows)
        return {
            "before": before.plain(), "after": after.plain(), "tolerance": TOLERANCE, "together": len(rows),
            "objection": objection(before, after),
            "read": {key: [read_before[key], read_after[key]] for key in read_before},
        }  # fmt: skip

    def _asked(
        self, known: ActiveKnowledge, questions: Sequence[EvaluationQuestion], rows: Sequence[Correction]
    ) -> tuple[Figures, dict[str, dict[str, str]]]:
        """The figures of one state of the knowledge; its understander is let go, so that only one is held at a time."""
        understander = self.knowledge.fit(known)
        return measure(understander, questions), {str(row.id): _said(understander, row.text) for row in rows}

    def _decide(self, rows: Sequence[Correction], report: dict[str, Any], at: datetime) -> int:
        state = "refused" if report["objection"] else "live"
        readings = report.pop("read", {})
        with self.database.writing() as session:
            decided = 0
            for row in rows:
                own = {**report, "read": readings.get(str(row.id), [])}
                if store.decide_correction(session, row.id, state=state, report=own, now=at):
                    decided += 1
                    account_store.audit(
                        session, at=at, actor="系統", action=f"correction.{state}", subject=str(row.id), detail={}
                    )
        log.info("corrections_tried", state=state, corrections=decided)
        return decided


def _said(understander: Understander, text: str) -> dict[str, str]:
    """What a text is taken for, by ids."""
    read = understander.understand(text)
    return {"category": read.category.value, "entry": read.faq[0].entry_id if read.faq else ""}
