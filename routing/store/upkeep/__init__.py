"""Whole tables at once: what is past its period, and copies of the database."""
