"""Measures the understanding beside the usual ways, on questions it has not been fitted on. See `make eval`."""
