"""Client of an optional embeddings service that orders questions by likeness to a text. Off unless it has an address.

It never answers and never decides: its only use is the order of choices that are offered anyway. Personal data is
masked before anything is sent; a failure, an odd answer or a late one changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from threading import Lock
from typing import Any

import numpy as np
import structlog
import urllib3

from knowledge.language.masking import mask_for_outside

_LONGEST_TEXT = 500
_LARGEST_ANSWER = 2 * 1024 * 1024
_FAILURES = 3
_PAUSE = 20

log = structlog.get_logger("semantic")


class SemanticService:
    """An OpenAI-compatible ``/embeddings``. Threads may share it."""

    def __init__(self, url: str, key: str, model: str, *, seconds: float = 0.8) -> None:
        """``url``: what stands before ``/embeddings``; ``seconds``: how long an answer is waited for."""
        self._url = f"{url.rstrip('/')}/embeddings"
        self._model = model
        self._headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        self._pool = urllib3.PoolManager(timeout=urllib3.Timeout(total=seconds), retries=False)
        self._lock = Lock()
        self._failed = 0

    def __call__(self, text: str, questions: Sequence[str]) -> list[float] | None:
        """How alike (-1 to 1) the text is to each question; None if there is no answer in time."""
        if self._resting():
            return None
        try:
            vectors = self._embed([mask_for_outside(text)[:_LONGEST_TEXT], *questions])
            likes = _cosines(vectors)
        except (urllib3.exceptions.HTTPError, OSError, ValueError, KeyError, TypeError, IndexError) as error:
            log.info("semantic_failed", kind=type(error).__name__)
            self._note(failed=True)
            return None
        self._note(failed=False)
        return likes

    def _embed(self, texts: list[str]) -> list[Any]:
        body = json.dumps({"model": self._model, "input": texts}).encode()
        answer = self._pool.request(
            "POST", self._url, body=body, headers=self._headers, redirect=False, preload_content=False
        )
        try:
            content = answer.read(_LARGEST_ANSWER + 1)
        finally:
            answer.release_conn()
        if answer.status != 200 or len(content) > _LARGEST_ANSWER:
            raise ValueError(answer.status)
        rows = sorted(json.loads(content)["data"], key=lambda row: int(row["index"]))
        if len(rows) != len(texts):
            raise ValueError(len(rows))
        return [row["embedding"] for row in rows]

    def _resting(self) -> bool:
        """After some failures in a row only one question in `_PAUSE` still waits for the service."""
        with self._lock:
            if self._failed < _FAILURES:
                return False
            self._failed += 1
            return (self._failed - _FAILURES) % _PAUSE != 0

    def _note(self, *, failed: bool) -> None:
        with self._lock:
            self._failed = max(self._failed, min(self._failed + 1, _FAILURES)) if failed else 0


def _cosines(vectors: list[Any]) -> list[float]:
    matrix = np.array(vectors, dtype=np.float64)
    if matrix.ndim != 2 or not np.isfinite(matrix).all():
        raise ValueError(matrix.shape)
    matrix /= np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return [float(value) for value in (matrix[1:] * matrix[0]).sum(axis=1)]
