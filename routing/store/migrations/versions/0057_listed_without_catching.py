"""PostgreSQL reads 文號 for the index of words without catching errors, and puts fewer rows of it aside.

Once a database was large and its statistics known, the search shared its work out to several processes, in which a
function that catches errors is refused: the search failed. It says of every list what it said; the index stands.
"""

from alembic import op

from routing.store.cases import search_index

revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None


def upgrade() -> None:
    search_index.define(op.get_bind())
    search_index.bound_waiting(op.get_bind())


def downgrade() -> None:
    """The function of before would say the same."""
