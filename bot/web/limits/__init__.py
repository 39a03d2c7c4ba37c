"""Limits on callers: address, size, slowness, how many at once."""
