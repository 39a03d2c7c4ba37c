"""What the branch changes of its parks, units and agencies. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('office_entry',
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=200), nullable=False),
    sa.Column('changed_at', Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('kind', 'code', name=op.f('pk_office_entry'))
    )


def downgrade() -> None:
    op.drop_table('office_entry')
