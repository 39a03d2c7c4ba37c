"""Asking the language model for an officer, the same for pages and API: two short transactions, and none in between."""

from __future__ import annotations

from time import monotonic

from fastapi import Request

from bot.runtime import Runtime, runtime_of
from bot.web.unit_of_work import reading, writing
from knowledge.calendar.office_calendar import local
from knowledge.entries import FaqEntry
from routing.domain.assist.outputs import State, Use
from routing.domain.errors import ModelError, StepNotAllowed
from routing.ports import LanguageModel
from routing.service.assist import asking, material, switch
from routing.service.assist.asking import Prepared, Wanted

_FAILED = "模型這次沒有給出可用的內容，案件未變更；請再試一次，或自行撰寫。"
_STOPPED = "AI 輔助草擬已停用，或本案內容已有異動，這次的結果不予保留。"


def ask(request: Request, number: str, wanted: Wanted) -> int:
    """Ask, and give the id of what came of it. Nothing is sent to anybody; what was asked is kept, also if it fails.

    Raises:
        ModelError: no answer, or none that may be kept. Others as ``asking.prepare``; Busy: too many at once.
    """
    runtime = runtime_of(request)
    model: LanguageModel | None = request.app.state.model
    near = _near(request, number, wanted)
    with writing(request) as work:
        active = runtime.knowledge.active(work.session).base
        today = local(work.now).date()
        entries = [entry for one in near if (entry := active.entry(one.id)) is not None and not entry.expired(today)]
        prepared = asking.prepare(
            work.session, work.actor, number, wanted, endpoint=runtime.settings.llm_endpoint, entries=entries,
            now=work.now,
        )  # fmt: skip
    if model is None:
        raise StepNotAllowed("AI 輔助草擬未啟用或已停用；請洽系統管理者。", code="assist_off")
    began = monotonic()
    said = _said(runtime, model, prepared)
    with writing(request) as work:
        output = asking.finish(
            work.session, work.actor, prepared, said, endpoint=runtime.settings.llm_endpoint,
            milliseconds=int((monotonic() - began) * 1000), now=work.now,
        )  # fmt: skip
        state, problem, output_id = output.state, output.problem, output.id
    if isinstance(said, ModelError) and state == State.FAILED:
        raise said
    if state != State.READY:
        raise ModelError(_STOPPED if state == State.STOPPED else _FAILED, code=problem)
    return output_id


def _near(request: Request, number: str, wanted: Wanted) -> list[FaqEntry]:
    """Entries that may be what is asked about; found outside of any transaction."""
    if wanted.use is not Use.REPLY:
        return []
    with reading(request) as work:
        switch.require_on(work.session, work.runtime.settings.llm_endpoint)
        words, now = material.question(work.session, work.actor, number), work.now
    read, _ = runtime_of(request).reader.read(words, None, today=local(now).date())
    return [match.entry for match in read.faq]


def _said(runtime: Runtime, model: LanguageModel, prepared: Prepared) -> str | ModelError:
    def stopped() -> bool:
        with runtime.database.reading() as session:
            return not switch.state(session, runtime.settings.llm_endpoint).on

    try:
        return model.complete(prepared.prompt, stopped=stopped)
    except ModelError as error:
        return error
