"""Passwords that are tried first: the most common words, names of this product and office, rows of keys, dates.

A list of whole passwords would hold a few thousand; people make theirs of a common word and something added to it.
So a password is taken apart: what is common in it counts nothing, and what is left must be enough. Length is checked
elsewhere. Source of the rule: ASVS 5.0, 6.2.4 and 6.2.11 (common passwords and words of the context are refused).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import cache

LEAST_LEFT = 4.0
"""What must be left: letters count one, digits and signs a half."""

_COMMON = """
password passwort passwd passphrase pass word pwd secret hidden private login logon signin account user username guest
admin administrator administrateur root toor super superuser supervisor manager master owner operator support
helpdesk service system server default changeme changeit change temp temporary test testing tester demo example sample
welcome hello hi letmein letme open opensesame sesame enter access please trustno trust whatever nothing something
iloveyou loveyou love lovely lover forever always baby babygirl princess prince queen king angel sunshine rainbow
flower butterfly summer winter spring autumn monday tuesday wednesday thursday friday saturday sunday january february
march april may june july august september october november december morning night
dragon monkey tiger lion panda pandas kitty hellokitty puppy eagle falcon phoenix shadow hunter ranger killer ninja
samurai batman superman spiderman ironman pokemon pikachu naruto starwars matrix mustang ferrari porsche mercedes
toyota football baseball basketball soccer hockey golf liverpool chelsea arsenal barcelona yankees cowboys
michael michelle jennifer jessica ashley daniel jordan robert thomas andrew joshua matthew charlie george william
alexander nicole amanda hannah samantha computer internet network windows microsoft google facebook instagram twitter
apple samsung android iphone linkedin oracle cisco linux ubuntu debian mysql postgres postgresql database sqlite
qwerty qwert azerty qazwsx zaqwsx asdf asdfgh zxcv zxcvbn wasd
taiwan taipei kaohsiung pingtung tainan taichung hsinchu taoyuan formosa roc chinese english japan tokyo
gov govtw government agency office bureau ministry moea ida bip epza dip public
woaini aini mima nihao haha hahaha lalala abc xyz aaa zzz
"""
_OURS = """
onestop one stop window singlewindow single danyi danichuangkou line linebot park parks industrial industry factory
kaoping kp kpbranch branch nanzih nanzi cianjhen qianzhen linhai linyuan pingnan renda dafa fongshan yongan
單一窗口 單一 窗口 高屏 分局 高屏分局 產業園區 園區 管理局 經濟部
服務台 承辦人 主管 系統管理 協力機關 高雄 屏東 楠梓 前鎮 林園
密碼 帳號 管理員 管理者 測試 示範 我愛你 你好 台灣 臺灣 民國
"""
_ROWS = (
    "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "!@#$%^&*()", "qazwsxedcrfvtgbyhnujmikolp", "一二三四五六七八九十",
    "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐㄑㄒㄓㄔㄕㄖㄗㄘㄙ",
)  # fmt: skip
_AS_LETTERS = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t"})
_DATE = re.compile(
    r"(?:(?:19|20)\d\d|1[0-3]\d)[-/.]?(?:0?[1-9]|1[0-2])[-/.]?(?:0?[1-9]|[12]\d|3[01])|(?:19|20)\d\d|09\d{8}"
)
_SHORTEST_RUN = 3
_LONGEST_UNIT = 6
_FEWEST = 5
"""Different characters."""


@cache
def _words() -> frozenset[str]:
    """Everything on the lists, and what it becomes where digits stand for letters."""
    return frozenset(word for word in f"{_COMMON} {_OURS}".split() if len(word) > 1)


def is_weak(password: str, *, about: Collection[str] = ()) -> bool:
    """Whether a password is among those that are tried first.

    ``about``: words of the person (name, e-mail), which are no secret either.
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < _FEWEST or _repeats(plain):
        return True
    known = _words() | {part for text in about for part in _parts(text)}
    return any(_left(plain, read, known) < LEAST_LEFT for read in {plain, plain.translate(_AS_LETTERS)})


def _parts(text: str) -> set[str]:
    """A name or e-mail as it stands, and the words in it."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return {part for part in (plain, *re.split(r"[^\w]|_", plain)) if len(part) > 1}


def _repeats(plain: str) -> bool:
    """Whether it is one short piece again and again."""
    return any(plain[size:] == plain[:-size] for size in range(1, min(_LONGEST_UNIT, len(plain) // 2) + 1))


def _left(plain: str, read: str, known: Collection[str]) -> float:
    """What is left when as much as possible of what is common is taken out; ``read``: with digits read as letters."""
    size = len(plain)
    least = [0.0] + [float(size)] * size
    longest = max(map(len, known))
    for end in range(1, size + 1):
        least[end] = least[end - 1] + (1.0 if plain[end - 1].isalpha() else 0.5)
        for start in range(max(0, end - longest), end - 1):
            if least[start] < least[end] and (read[start:end] in known or plain[start:end] in known):
                least[end] = least[start]
        for start in range(end - _SHORTEST_RUN, -1, -1):
            if not _is_run(plain[start:end]):
                break
            least[end] = min(least[end], least[start])
        for start in range(max(0, end - 10), end - 3):
            if least[start] < least[end] and _DATE.fullmatch(plain, start, end):
                least[end] = least[start]
    return least[size]


def _is_run(piece: str) -> bool:
    """Neighbours on a row of keys, of an alphabet or of numbers, either way round; or one sign again and again."""
    return len(set(piece)) == 1 or any(piece in row or piece in row[::-1] for row in _ROWS)
