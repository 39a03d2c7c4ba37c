"""One writing call: its transaction, the version it was made for, and its idempotency key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import Response

from bot.api.schemas.answers import Representation
from bot.api.schemas.cases import Case
from bot.web.access_refusals import because
from bot.web.errors import problem, status_of
from bot.web.unit_of_work import UnitOfWork, known_caller, reading, writing
from routing.domain.errors import OnestopError, StaleVersion
from routing.domain.permissions import Permission
from routing.service import idempotency
from routing.service.cases import locked_case
from routing.service.cases import queries as case_queries
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
        if answer.status in {403, 404}:
            because(self.request, json.loads(answer.body)["code"])
        return _response(answer)

    def first(self) -> Response | None:
        """The answer that the same Idempotency-Key got before, for calls whose work cannot stand in one transaction.

        Raises Unauthenticated, KeyReused as ``once``; None: there was none, and nothing is claimed yet.
        """
        if self.key is None:
            return None
        with reading(self.request) as work:
            found = idempotency.before(
                work.session, staff_id=work.actor.staff_id, key=self.key, request_sha256=self._fingerprint(),
                now=work.now,
            )  # fmt: skip
        return _response(found) if found is not None else None

    def _first_or_again(self, work: UnitOfWork, key: str, do: Callable[[UnitOfWork], Answer]) -> Answer:
        staff_id = work.actor.staff_id
        if staff_id is None:
            raise TypeError("only people call the API")
        return idempotency.once(
            work.session, staff_id=staff_id, key=key, request_sha256=self._fingerprint(), now=work.now,
            do=lambda: _kept(work, do), keep=lambda answer: answer.status != 412,
        )  # fmt: skip

    def change(
        self, number: str, do: Callable[[LockedCase], object], *, status: int = 200, adding: bool = False
    ) -> Response:
        """One step of a case, answered by the case. ``adding``: it only puts a note into it."""

        def step(work: UnitOfWork) -> Answer:
            locked = locked_case.change(
                work.session,
                work.office,
                number,
                work.actor,
                now=work.now,
                shown=self.versions_shown,
                adding=adding,
            )
            self.check_version(locked)
            do(locked)
            return case_answer(locked, status=status)

        return self.once(step)

    @property
    def versions_shown(self) -> set[int]:
        """The versions of the case that the caller had before them."""
        return _shown(self.if_match)

    def check_version(self, locked: LockedCase) -> None:
        """Raises StaleVersion if the call was made for another version of the case."""
        if self.if_match is not None and not _matches(self.if_match, locked.version):
            raise StaleVersion("案件剛由其他同仁更新，請重新讀取後再試。")

    def check_shown(self, version: int) -> None:
        """The same for something that is no case."""
        if self.if_match is not None and not _matches(self.if_match, version):
            raise StaleVersion("資料剛由其他同仁更新，請重新讀取後再試。")

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


def _given(header: str) -> set[str]:
    return {part.strip().removeprefix("W/").strip('"') for part in header.split(",")}


def _matches(header: str, version: int) -> bool:
    return not {"*", str(version)}.isdisjoint(_given(header))


def _shown(header: str | None) -> set[int]:
    """The versions that the caller had before them."""
    return {int(one) for one in _given(header or "") if one.isascii() and one.isdigit() and len(one) < 10}


def case_answer(locked: LockedCase, *, status: int = 200) -> Answer:
    """A case with its ETag; one that was made also says where it is."""
    headers = {"ETag": etag(locked.version)}
    if status == 201:
        headers["Location"] = f"/api/v1/cases/{locked.row.number}"
    return json_answer(_case(locked), status=status, headers=headers)


def _case(locked: LockedCase) -> Case:
    """A case just written to; a partner learns its number and state, and no more of it."""
    if locked.actor.may(Permission.ANSWER_QUESTIONS):
        return Case(number=locked.row.number, status=locked.case.status, version=locked.version)
    return Case.of(case_queries.state_of(locked))


def etag(version: int) -> str:
    """The ETag of a case."""
    return f'"{version}"'


def json_answer(value: Representation, *, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """An answer that is kept with its Idempotency-Key, as it was written."""
    return Answer(status, value.model_dump_json(), headers=headers or {})


def json_response(value: Representation, **headers: str) -> Response:
    """An answer with headers of its own."""
    return Response(
        value.model_dump_json(), media_type="application/json", headers={"Cache-Control": "no-store", **headers}
    )


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
