"""Queries on who gets in."""
