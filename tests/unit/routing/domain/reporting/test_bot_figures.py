"""What the bot made of what it was asked, counted by hand from a few enquiries."""

from datetime import date, datetime

import pytest

from knowledge.calendar.office_calendar import TAIPEI, load_calendar
from routing.domain.reporting.bot_figures import COUNTS, Asked, count

CALENDAR = load_calendar()


def asked(number, day, decision="answer", *, faq="rent", person=1, language="zh-TW", hour=10, **more):
    given = {"offered": (), "verdict": None, "in_case": False, "message_id": number, **more}
    at = datetime(2026, 11, day, hour, tzinfo=TAIPEI)
    return Asked(id=number, at=at, person=person, language=language, decision=decision, faq=faq, **given)


def counted(*enquiries, later=(), wrong=()):
    return count(enquiries, later, set(wrong), days_between=CALENDAR.working_days_between)


def test_each_decision_and_verdict_is_counted_once_in_all_and_in_its_language():
    total, languages = counted(
        asked(1, 2, verdict="helpful"),
        asked(2, 2, person=2, verdict="not_helpful"),
        asked(3, 3, "choose", person=3, faq=None, offered=("rent", "tax"), language="ja"),
        asked(4, 4, "hand_over", person=4, faq=None, language="ja"),
        asked(5, 4, "chat", person=5, faq=None),
        asked(6, 5, person=6, faq="tax"),
        asked(7, 5, person=7, in_case=True),
        wrong=[6],
    )
    expected = (6, 4, 1, 1, 1, 1, 0, 1, 1)
    assert tuple(total.counts[name] for name in COUNTS) == expected
    assert total.settled_rate == 1 / 4
    assert [one.language for one in languages] == ["zh-TW", "ja"]
    assert tuple(languages[1].counts[name] for name in COUNTS) == (2, 0, 1, 1, 0, 0, 0, 0, 0)
    assert languages[1].settled_rate is None
    for name in COUNTS:
        assert total.counts[name] == sum(one.counts[name] for one in languages)


@pytest.mark.parametrize(
    ("again", "came_back"),
    [
        (asked(2, 2, hour=11), 1),
        (asked(2, 9), 1),
        (asked(2, 10), 0),
        (asked(2, 4, "choose", faq=None, offered=("tax", "rent")), 1),
        (asked(2, 4, "hand_over"), 1),
        (asked(2, 4, faq="tax"), 0),
        (asked(2, 4, person=2), 0),
        (asked(2, 4, "chat"), 0),
    ],
)
def test_whoever_asks_the_same_within_five_working_days_came_back(again, came_back):
    """Monday the 2nd: the fifth working day after it is Monday the 9th."""
    assert CALENDAR.working_days_between(date(2026, 11, 2), date(2026, 11, 9)) == 5
    total, _ = counted(asked(1, 2), again)
    assert total.counts["came_back"] == came_back
    beyond, _ = counted(asked(1, 2), later=[again])
    assert (beyond.counts["asked"], beyond.counts["came_back"]) == (1, came_back)
    assert beyond.counts["settled"] == 1 - came_back


def test_who_asks_three_times_came_back_twice_and_nobody_unknown_comes_back():
    total, _ = counted(asked(1, 2), asked(2, 3), asked(3, 4))
    assert (total.counts["came_back"], total.counts["settled"]) == (2, 1)
    total, _ = counted(asked(1, 2, person=None), asked(2, 3, person=None))
    assert total.counts["came_back"] == 0


def test_nothing_asked_is_nought_and_no_rate():
    total, languages = counted()
    assert (set(total.counts.values()), total.settled_rate, languages) == ({0}, None, ())
