"""Cuts normalised text into what is compared: units (one code point each), n-grams, and a small sparse index.

A CJK character is a unit, a Latin word or a number is a unit; so rapidfuzz's bit-parallel ratio works on words and
characters alike.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_TOKEN = re.compile(r"[a-z0-9]+(?:[.%][a-z0-9%]*)?|[^\sa-z0-9]")
_WORD_PLANE = 0xF0000
_UNKNOWN_PLANE = 0x100000
_LONGEST_WORD = 24


def tokens(text: str) -> list[str]:
    """Units of a normalised text: single CJK characters, whole Latin words and numbers."""
    return _TOKEN.findall(text)


class UnitCoder:
    """Turns texts into strings of one code point a unit. Words keep their code for the life of the coder."""

    def __init__(self) -> None:
        self._codes: dict[str, str] = {}

    def learn(self, text: str) -> str:
        """Code a text whose words may be new."""
        return "".join(self._learned(t) for t in tokens(text))

    def code(self, text: str) -> str:
        """Code a question; words never learnt become codes that match nothing but themselves."""
        strange: dict[str, str] = {}
        return "".join(self._known(t, strange) for t in tokens(text))

    def _learned(self, token: str) -> str:
        if len(token) == 1 and not token.isascii():
            return token
        return self._codes.setdefault(token, chr(_WORD_PLANE + len(self._codes)))

    def _known(self, token: str, strange: dict[str, str]) -> str:
        if len(token) == 1 and not token.isascii():
            return token
        code = self._codes.get(token)
        return code if code is not None else strange.setdefault(token, chr(_UNKNOWN_PLANE + len(strange)))


def bag(units: str) -> str:
    """The units in a fixed order, so that word order does not count."""
    return "".join(sorted(units))


def _word_grams(word: str) -> Iterable[str]:
    yield f"_{word}_"
    padded = f"_{word[:_LONGEST_WORD]}_"
    for size in (3, 4):
        for start in range(len(padded) - size + 1):
            yield padded[start : start + size]


def grams(text: str, longest: int = 2) -> Counter[str]:
    """N-grams of a normalised text: 1 to `longest` characters of CJK runs; Latin words, their pairs and their parts."""
    found: Counter[str] = Counter()
    run: list[str] = []
    before = ""
    for token in tokens(text):
        if len(token) == 1 and not token.isascii():
            run.append(token)
            before = ""
            continue
        _add_run(found, run, longest)
        run = []
        found.update(_word_grams(token))
        if before:
            found[f"{before} {token}"] += 1
        before = token
    _add_run(found, run, longest)
    return found


def _add_run(found: Counter[str], run: Sequence[str], longest: int) -> None:
    text = "".join(run)
    for size in range(1, longest + 1):
        for start in range(len(text) - size + 1):
            found[text[start : start + size]] += 1


class GramIndex:
    """Cosine between a question and every text, by TF-IDF over n-grams, from postings."""

    def __init__(self, texts: Sequence[str], longest: int = 2) -> None:
        self._longest = longest
        self._size = len(texts)
        counted = [grams(t, longest) for t in texts]
        seen: Counter[str] = Counter(g for c in counted for g in c)
        self._ids = {g: i for i, g in enumerate(seen)}
        spread = np.fromiter(seen.values(), dtype=np.float32, count=len(seen))
        self._idf = np.log((1 + self._size) / (1 + spread)).astype(np.float32) + 1
        rows, columns, values = self._entries(counted)
        order = np.argsort(columns, kind="stable")
        self._rows, self._values = rows[order], values[order]
        self._starts = np.searchsorted(columns[order], np.arange(len(seen) + 1))

    def _entries(self, counted: Sequence[Counter[str]]) -> tuple[NDArray[np.int32], NDArray[np.int32], Floats]:
        lengths = [len(c) for c in counted]
        total = sum(lengths)
        rows = np.repeat(np.arange(self._size, dtype=np.int32), lengths)
        columns = np.fromiter((self._ids[g] for c in counted for g in c), dtype=np.int32, count=total)
        counts = np.fromiter((n for c in counted for n in c.values()), dtype=np.float32, count=total)
        values = (1 + np.log(counts)) * self._idf[columns]
        norms = np.sqrt(np.bincount(rows, weights=values**2, minlength=self._size))
        return rows, columns, (values / np.maximum(norms, 1e-9)[rows]).astype(np.float32)

    def cosine(self, text: str) -> Floats:
        """Cosine of `text` (normalised) with every indexed text."""
        counted = grams(text, self._longest)
        unknown = float(np.log(1 + self._size) + 1)
        total = 0.0
        pieces: list[NDArray[np.int32]] = []
        weights: list[Floats] = []
        for gram, count in counted.items():
            number = self._ids.get(gram)
            value = (1 + float(np.log(count))) * (unknown if number is None else float(self._idf[number]))
            total += value * value
            if number is not None:
                span = slice(self._starts[number], self._starts[number + 1])
                pieces.append(self._rows[span])
                weights.append(self._values[span] * np.float32(value))
        if not pieces:
            return np.zeros(self._size, dtype=np.float32)
        summed = np.bincount(np.concatenate(pieces), weights=np.concatenate(weights), minlength=self._size)
        cosine: Floats = (summed / max(total, 1e-9) ** 0.5).astype(np.float32)
        return cosine

    def gram_matrix(self) -> Floats:
        """Cosine of every indexed text with every other."""
        matrix = np.zeros((self._size, self._size), dtype=np.float32)
        for start, end in zip(self._starts[:-1], self._starts[1:], strict=True):
            if end - start > 1:
                rows, values = self._rows[start:end], self._values[start:end]
                matrix[np.ix_(rows, rows)] += values[:, None] * values
            else:
                row = self._rows[start]
                matrix[row, row] += self._values[start] ** 2
        return matrix
