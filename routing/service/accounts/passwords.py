"""Passwords: argon2 hashes, worked out by two threads that give way to everything else.

A hash is slow on purpose. Without a bound a crowd at the sign-in page would take the processor from the webhook and
every thread from the other pages; so few are worked out at once, few may wait, and the rest are told to come again.
No transaction is open meanwhile.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from routing.domain.errors import Busy, Invalid
from routing.domain.weak_passwords import is_weak

LEAST, MOST = 12, 128
"""Characters of a password."""
REMEMBERED = 3
"""Passwords before the present one that are not taken again (資通安全責任等級分級辦法 附表十, 身分驗證管理, 中)."""
AT_ONCE = 2
WAITING = 8
"""How many attempts may be under way in one process, those being worked out included."""

# 19 MiB, two passes (OWASP's minimum): 24 ms here.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
NOBODY = _HASHER.hash(secrets.token_hex(16))
"""What an unknown account's password is held against, so that it takes as long."""

_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Hashed:
    """A password as it is kept."""

    value: str


def _give_way() -> None:
    """Let this thread's work come after everybody else's, where the system can tell threads apart (Linux)."""
    with suppress(OSError, AttributeError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


class _Pool:
    """The threads, made when they are first needed, and anew in a forked process."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password", initializer=_give_way)
        self.room = threading.BoundedSemaphore(WAITING)

    def run(self, work: Callable[[], _Result]) -> _Result:
        return self.threads.submit(work).result()


_POOL = _Pool()
os.register_at_fork(after_in_child=_POOL.renew)


@contextmanager
def turn() -> Iterator[None]:
    """Room for one attempt. Raises Busy, at once, while eight others are under way."""
    room = _POOL.room
    if not room.acquire(blocking=False):
        raise Busy("目前登入的人數過多，請稍候再試。", code="sign_in_busy")
    try:
        yield
    finally:
        room.release()


def hash_password(password: str, *, about: Collection[str] = ()) -> Hashed:
    """The hash to keep of a password that a person chose. ``about``: the person's name and e-mail.

    Raises:
        Invalid: the password is shorter than 12 characters or longer than 128, or among those that are tried first.
    """
    if not LEAST <= len(password) <= MOST:
        raise Invalid(f"密碼長度須為 {LEAST} 到 {MOST} 字。", field="password", code="password_length")
    if is_weak(password, about=about):
        raise Invalid(
            "這個密碼太常見、曾外洩或容易猜中（常用字、日期、連續按鍵、機關、系統或本人名稱）；請改用不相關的幾個詞組成。",
            field="password", code="password_common",
        )  # fmt: skip
    return hash_shown(password)


def hash_shown(password: str) -> Hashed:
    """The hash of a password that is no secret: the demo's, which it prints at every start."""
    return Hashed(_POOL.run(lambda: _HASHER.hash(password)))


def another(kept: str, former: Collection[str], password: str, *, about: Collection[str] = ()) -> Hashed:
    """The hash of a password to follow the one kept. ``former``: hashes of those before it.

    Raises:
        Invalid: it is the one kept, or one of the former; or as ``hash_password``.
    """
    if matches(kept, password):
        raise Invalid("新密碼不能與目前的密碼相同。", field="password", code="password_same")
    if any(matches(one, password) for one in former):
        raise Invalid(f"新密碼不能與前 {REMEMBERED} 次使用的密碼相同。", field="password", code="password_used")
    return hash_password(password, about=about)


def matches(kept: str, password: str) -> bool:
    """Whether this is the password behind a hash; a longer one than any can be is cut."""

    def fits() -> bool:
        try:
            return _HASHER.verify(kept, password[:MOST])
        except (VerificationError, InvalidHashError):
            return False

    return _POOL.run(fits)
