"""The schema's history, run by Alembic through ``routing.store.migration``."""
