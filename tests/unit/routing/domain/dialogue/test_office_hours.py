"""When the branch is there is asked in many wordings, in three languages; other people's hours are not meant."""

from datetime import date

import pytest

from routing.domain.dialogue.office_hours import asked_hours, day_in

MONDAY = date(2026, 3, 2)


@pytest.mark.parametrize("text", [
    "営業時間は何時ですか", "営業時間を教えてください", "窓口は何時までですか", "受付時間について",
    "土日もやっていますか", "休みはいつですか", "What are your opening hours?", "When do you open?",
    "what time do you close", "business hours", "How late are you open", "do you work on weekends",
    "is the counter open at lunch", "can I visit on Saturday?", "營業時間到幾點", "請問服務時間",
    "你好，請問你們幾點下班？", "幾點可以過去你們那邊", "明天有開嗎",
])  # fmt: skip
def test_is_asked(text):
    assert asked_hours(text)


@pytest.mark.parametrize("text", [
    "員工上班時間可以超過12小時嗎", "What are the legal working hours", "海關上班時間", "残業時間は何時間までですか",
    "夜間施工時間是幾點到幾點", "When do you close my case?", "工廠登記申請受理時間要多久", "停車場開放時間",
])  # fmt: skip
def test_is_not_asked(text):
    assert not asked_hours(text)


@pytest.mark.parametrize(("text", "day"), [
    ("are you open next friday?", date(2026, 3, 13)), ("来週の月曜日", date(2026, 3, 9)), ("下週三", date(2026, 3, 11)),
    ("Sunday", date(2026, 3, 8)), ("星期天", date(2026, 3, 8)), ("明天", date(2026, 3, 3)),
    ("day after tomorrow", date(2026, 3, 4)), ("3/10有開嗎", date(2026, 3, 10)), ("幾點上班", None),
])  # fmt: skip
def test_the_day_that_is_meant(text, day):
    assert day_in(text, MONDAY) == day
