"""Keeps the understander out of Python's search for garbage, in a process that is the product's alone.

A fitted understander is some hundred thousand objects that live as long as the process. A full collection walks over
all of them, a quarter of a second in which LINE gets no answer.
"""

from __future__ import annotations

import gc


def claim() -> None:
    """This process serves nothing else: what is in memory now stays, and later collections leave it alone."""
    gc.freeze()


def settle() -> None:
    """Something that stays was made. Does nothing in a process that nobody has claimed."""
    if gc.get_freeze_count():
        gc.freeze()


def resettle() -> None:
    """As ``settle``, where something large was replaced: what is no longer used goes first."""
    if gc.get_freeze_count():
        gc.unfreeze()
        gc.collect()
        gc.freeze()
