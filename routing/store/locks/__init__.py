"""Locks around the database: one serving process for an SQLite file, one writer at a time in it."""
