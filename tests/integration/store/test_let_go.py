"""A database that is let go leaves no connection open, not even one that somebody still had in hand."""

from __future__ import annotations

import gc
import warnings

from routing.store.session import Database


def test_a_connection_in_hand_is_closed_as_it_comes_back(database_url):
    database = Database(database_url)
    in_hand = database.engine.connect()
    raw = in_hand.connection.dbapi_connection
    database.dispose()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        in_hand.close()
        if not database.is_sqlite:
            assert raw.closed
        del raw, in_hand
        gc.collect()


def test_a_database_that_is_used_again_keeps_its_connections(database_url):
    database = Database(database_url)
    database.dispose()
    for _ in range(2):
        with database.engine.connect() as connection:
            raw = connection.connection.dbapi_connection
    if not database.is_sqlite:
        assert not raw.closed
    database.dispose()
