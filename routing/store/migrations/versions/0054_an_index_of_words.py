"""The index by which cases are found by words, filled from what is there, and one in the order of the queue.

Programs of the release before go on writing beside it: the database keeps it, and they ask as they did.
"""

import sqlalchemy as sa
from alembic import op

from routing.store.cases import search_index

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade() -> None:
    still = sa.text("status != 'closed'")
    op.create_index(
        'ix_service_case_promised', 'service_case', ['promised_on', 'id', 'alert', 'call_asked_at'],
        sqlite_where=still, postgresql_where=still,
    )
    search_index.install(op.get_bind())


def downgrade() -> None:
    search_index.remove(op.get_bind())
    op.drop_index('ix_service_case_promised', table_name='service_case')
