"""Passwords that are tried first are known as such, and what a person makes of unrelated words is not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.passwords import load_tried
from routing.domain.weak_passwords import is_weak

TRIED_FIRST = [
    "password1234", "Password2026!", "P@ssw0rd1234", "Pa55w0rd2025!", "123456789012", "987654321098", "qwertyuiop12",
    "1qaz2wsx3edc", "1qaz@WSX3edc", "zaq12wsxcde3", "qwerasdfzxcv", "administrator1", "Administrator!", "admin1234567",
    "letmein12345", "Welcome12345", "Changeme2026!", "iloveyou1234", "trustno1trustno1", "superman12345",
    "abcdabcdabcd", "hunterhunter", "aaaaaaaaaaaa", "aabbaabbaabb", "20261122112233", "0912345678 0912345678",
    "onestop-2026", "OneStop@2026!", "單一窗口單一窗口2026", "高屏分局1150101", "kaohsiung1234", "Taiwan@12345",
    "moeaMOEA1150101", "一二三四五六七八九十一二", "ㄅㄆㄇㄈㄉㄊㄋㄌㄍㄎㄏㄐ", "ｐａｓｓｗｏｒｄ１２３４",
    "pass word pass", "密碼密碼密碼密碼密碼密碼", "christopher1984", "Manchester-United7",
    "correct horse battery staple", "coffee tiger 2024!", "summer coffee summer coffee",
    "cookiemonster", "Internazionale!", "avrillavigne99", "ghjcnjgfhjkm", "doomsayer.2.7mords.v", "ichliebedich1",
    "ji32k7au4a83", "楠梓加工出口區2026", "taipower1234567",
]  # fmt: skip


def test_the_passwords_of_breaches_that_are_long_enough_to_be_chosen_are_all_refused():
    whole = [one for one in load_tried().breached if len(one) >= 12]
    assert len(whole) > 300
    assert [one for one in whole if not is_weak(one) or not is_weak(one.upper())] == []


@pytest.mark.parametrize("password", TRIED_FIRST)
def test_what_is_tried_first_is_weak(password):
    assert is_weak(password)


OWN = [
    "a good long password", "quite another password", "long-enough-passphrase", "x7-Kd93-plm2-qq", "98#3!x7@2$5%^aq",
    "晴川的早餐是蛋餅加豆漿", "(#*&!@)^%{+}~?k3", "blue elephant drinks soup", "purple tiger kettle moon",
    "seven purple kettles hum", "Vwq9 tlpe 0rmk",
]  # fmt: skip


@pytest.mark.parametrize("password", OWN)
def test_unrelated_words_are_not(password):
    assert not is_weak(password)


def test_the_own_name_and_address_are_no_secret():
    about = ("wang.mei-hui@kp.example", "王美惠")
    for password in ("wang.mei-hui2026", "WangMeiHui1234", "王美惠王美惠王美惠2026年"):
        assert is_weak(password, about=about), password
    assert not is_weak("seven purple kettles hum", about=about)
    assert not is_weak("wang likes seven kettles", about=about)


@given(st.text(max_size=128))
def test_any_text_is_read(password):
    assert is_weak(password, about=(password,)) in {True, False}


def test_the_longest_password_is_read_at_once():
    began = time.process_time()
    assert not is_weak("".join(f"{n:x}kq-" for n in range(128))[:128])
    assert time.process_time() - began < 0.2
