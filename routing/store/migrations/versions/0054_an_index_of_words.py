"""The index by which cases are found by words, filled from what is there.

Programs of the release before go on writing beside it: the database keeps it, and they ask as they did.
"""

from alembic import op

from routing.store.cases import search_index

revision = '0054'
down_revision = '0053'
branch_labels = None
depends_on = None


def upgrade() -> None:
    search_index.install(op.get_bind())


def downgrade() -> None:
    search_index.remove(op.get_bind())
