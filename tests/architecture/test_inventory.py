"""The inventory of personal data (個人資料保護法 §17) lists every table, and every column that holds somebody's own."""

import re

from knowledge.inventory import ARCHIVE, RULE, load_inventory
from routing.service.maintenance.retention import Periods
from routing.store.session import METADATA

FOUND = load_inventory()
OF_A_PERSON = re.compile(
    r"(?:^|_)(?:name|phone|email|address|contact_id|firm_said|display_name|asked_by|answered_by|user_key|raw|text|body"
    r"|payload|prompt|answer|subject|actor|facts|sealed)$"
)
NOT_OF_A_PERSON = {
    ("media", "content_type"), ("contact_address", "contact_id"), ("binding", "firm_id"), ("message", "contact_id"),
    ("data_request", "contact_id"), ("service_case", "contact_id"), ("enquiry", "contact_id"),
    ("contact_topic", "contact_id"), ("code_mail", "contact_id"), ("code_mail", "subject"), ("audit", "subject"),
    ("case_questions", "body"), ("media", "text"), ("staff_mail", "body"), ("assist_output", "answer"),
    ("consultation", "answered_by"), ("correction", "text"), ("saved_view", "name"),
}  # fmt: skip
"""Whose row it is, or words of our own."""


def test_every_table_stands_in_one_file_or_among_those_without():
    named = [table for one in FOUND.files for table in one.fields]
    assert len(named) == len(set(named))
    assert set(named) & set(FOUND.without) == set()
    assert {*named, *FOUND.without} == set(METADATA.tables)


def test_every_column_that_is_named_is_there_and_none_of_a_person_is_left_out():
    listed = {(table, column) for one in FOUND.files for table, columns in one.fields.items() for column in columns}
    there = {(table.name, column.name) for table in METADATA.sorted_tables for column in table.columns}
    assert listed - there == set()
    personal = {(table, column) for table, column in there if table not in FOUND.without and OF_A_PERSON.search(column)}
    assert personal - listed - NOT_OF_A_PERSON == set()


def test_a_period_is_one_that_is_set_here_or_ours():
    assert {one.period for one in FOUND.files} <= {*Periods().plain(), ARCHIVE, RULE}
    assert all(one.categories and one.purpose and one.kept for one in FOUND.files)
