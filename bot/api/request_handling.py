"""One writing call: its transaction, the version it was made for, and its idempotency key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from bot.web.errors import problem, status_of
from bot.web.unit_of_work import UnitOfWork, known_caller, writing
from routing.domain.errors import OnestopError, StaleVersion
from routing.service import idempotency
from routing.service.cases import locked_case
from routing.service.cases import presenters as case_presenters
from routing.service.cases.locked_case import LockedCase
from routing.service.idempotency import Answer


async def _sent(request: Request) -> bytes:
    """The body as it was sent."""
    return await request.body()


@dataclass(frozen=True, slots=True)
class Call:
    """A writing call of a signed-in person. Its transaction begins when its body has been read and found in order."""

    request: Request
    sent: bytes
    key: str | None
    if_match: str | None

    def once(self, do: Callable[[UnitOfWork], Answer]) -> Response:
        """Do it in one transaction, or give again the first answer to the same Idempotency-Key."""
        with writing(self.request) as work:
            answer = do(work) if self.key is None else self._first_or_again(work, self.key, do)
        return _response(answer)

    def _first_or_again(self, work: UnitOfWork, key: str, do: Callable[[UnitOfWork], Answer]) -> Answer:
        staff_id = work.actor.staff_id
        if staff_id is None:
            raise TypeError("only people call the API")
        return idempotency.once(
            work.session, staff_id=staff_id, key=key, request_sha256=self._fingerprint(), now=work.now,
            do=lambda: _kept(work, do), keep=lambda answer: answer.status != 412,
        )  # fmt: skip

    def change(self, number: str, do: Callable[[LockedCase], None], *, status: int = 200) -> Response:
        """One step of a case, answered by the case."""

        def step(work: UnitOfWork) -> Answer:
            locked = locked_case.change(work.session, work.office, number, work.actor, now=work.now)
            if self.if_match is not None and not _matches(self.if_match, locked.version):
                raise StaleVersion("案件剛由其他同仁更新，請重新讀取後再試。")
            do(locked)
            return case_answer(locked, status=status)

        return self.once(step)

    def _fingerprint(self) -> str:
        try:
            body = json.dumps(json.loads(self.sent), sort_keys=True) if self.sent else ""
        except ValueError:
            body = self.sent.decode("utf-8", "replace")
        path = self.request.url.path
        return hashlib.sha256(f"{self.request.method} {path}\n{body}".encode()).hexdigest()


def _kept(work: UnitOfWork, do: Callable[[UnitOfWork], Answer]) -> Answer:
    """The answer, also if it is a refusal, whose effects are undone while the key stays used."""
    try:
        with work.session.begin_nested():
            return do(work)
    except OnestopError as error:
        refusal = problem(status_of(error), error.code, error.message, field=error.field)
        return Answer(refusal.status_code, bytes(refusal.body).decode(), "application/problem+json")


def _matches(header: str, version: int) -> bool:
    given = {part.strip().removeprefix("W/").strip('"') for part in header.split(",")}
    return "*" in given or str(version) in given


def case_answer(locked: LockedCase, *, status: int = 200) -> Answer:
    """A case with its ETag; one that was made also says where it is."""
    body = json.dumps(case_presenters.locked_case_json(locked), ensure_ascii=False)
    headers = {"ETag": etag(locked.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/cases/{locked.row.number}"
    return Answer(status, body, headers=headers)


def etag(version: int) -> str:
    """The ETag of a case."""
    return f'"{version}"'


def json_answer(value: Any, *, status: int = 200) -> Answer:
    """Anything else."""
    return Answer(status, json.dumps(value, ensure_ascii=False))


def _response(answer: Answer) -> Response:
    headers = {**answer.headers, "Cache-Control": "no-store"}
    if answer.again:
        headers["Idempotency-Replayed"] = "true"
    return Response(answer.body, status_code=answer.status, media_type=answer.media_type, headers=headers)


def _call(
    request: Request,
    _known: Annotated[None, Depends(known_caller)],
    sent: Annotated[bytes, Depends(_sent)],
    key: Annotated[str | None, Header(alias="Idempotency-Key")] = None,
    if_match: Annotated[str | None, Header(alias="If-Match")] = None,
) -> Call:
    return Call(request, sent, key, if_match)


Calling = Annotated[Call, Depends(_call)]
