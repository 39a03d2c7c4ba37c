"""Indexes of the few rows among very many that every page of statistics asks for: answers of firms, confidential cases."""

import sqlalchemy as sa
from alembic import op

revision = '0055'
down_revision = '0054'
branch_labels = None
depends_on = None

_INDEXES = (
    ('ix_case_event_survey', 'case_event', 'at', "event IN ('surveyed', 'rated')", "event IN ('surveyed', 'rated')"),
    ('ix_service_case_confidential', 'service_case', 'unit', 'confidential IS 1', 'confidential IS true'),
)


def upgrade() -> None:
    for name, table, column, sqlite, postgres in _INDEXES:
        op.create_index(
            name, table, [column], unique=False, sqlite_where=sa.text(sqlite), postgresql_where=sa.text(postgres)
        )


def downgrade() -> None:
    for name, table, *_ in _INDEXES:
        op.drop_index(name, table_name=table)
