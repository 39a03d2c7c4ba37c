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
    "is your office open on saturday", "Can I come to your office at noon?", "What time can I visit the counter?",
    "Is the branch closed on Double Tenth?", "Do you close for lunch?", "Is anyone at the counter now?",
    "Is tomorrow a working day?", "How early do you open?", "Do you have weekend service?", "when can i call you",
    "Until when can I submit documents at the counter today?", "office open sat?",
    "I would like to visit your office on Friday afternoon. What time do you close?",
    "Hello, good morning. We are going to bring our papers in person on Monday. Are you open over lunch?",
    "土曜日に伺ってもいいですか", "年末年始はいつまで休みですか", "台風の日は休みですか", "明日は開庁していますか",
    "何時頃伺えばよいでしょうか", "今、窓口に人はいますか", "午後5時過ぎでも受け付けてもらえますか",
    "営業日を教えてください",
    "お世話になっております。窓口の受付時間を教えていただけますか。", "貴局は土曜日も業務を行っていますか",
    "来週そちらへ伺いたいのですが、何時から開いていますか",
])  # fmt: skip
def test_is_asked(text):
    assert asked_hours(text)


@pytest.mark.parametrize("text", [
    "員工上班時間可以超過12小時嗎", "What are the legal working hours", "海關上班時間", "残業時間は何時間までですか",
    "夜間施工時間是幾點到幾點", "When do you close my case?", "工廠登記申請受理時間要多久", "停車場開放時間",
    "Are you open to foreign investors?", "Can contractors work on Saturday in the park?",
    "is the park gate open on sunday",
    "What are the hours of work allowed per week",
    "Our lease ends in March and we need a copy. Are you open on Saturday?",
    "opening hours of the Taipower office", "園区のゲートは土曜日も開いていますか",
    "土曜日に工事してもいいですか",
    "高圧の設計審査は何営業日ですか",
    "契約の更新に必要な書類を教えてほしい。土曜日は開いていますか",
    "祝日に働かせる場合の賃金は", "来週の断水は何時からですか",
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
