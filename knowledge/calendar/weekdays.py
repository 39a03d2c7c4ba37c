"""The days of the week as they are written in three languages, Monday first: the one table of them."""

from __future__ import annotations

CHINESE = "一二三四五六日"
JAPANESE = "月火水木金土日"
ENGLISH = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
