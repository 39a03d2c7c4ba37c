"""Canned replies of units. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('canned_reply',
    sa.Column('id', _ID, nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('title', sa.String(length=40), nullable=False),
    sa.Column('texts', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=200), nullable=False),
    sa.Column('changed_at', Instant(timezone=True), nullable=False),
    sa.Column('withdrawn_at', Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canned_reply'))
    )
    with op.batch_alter_table('canned_reply', schema=None) as batch_op:
        batch_op.create_index('ix_canned_reply_unit_withdrawn_at', ['unit', 'withdrawn_at'], unique=False)


def downgrade() -> None:
    op.drop_table('canned_reply')
