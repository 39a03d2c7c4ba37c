"""Alembic's entry: runs on the connection that ``routing.store.migration`` hands over."""

from alembic import context

from routing.store.cases import search_index
from routing.store.session import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=METADATA, render_as_batch=True, compare_type=True,
    include_name=search_index.is_of_models,
)  # fmt: skip
with context.begin_transaction():
    context.run_migrations()
