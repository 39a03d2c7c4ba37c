"""The yearly papers: figures entered by hand, and what was sealed. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('annual_entry',
    sa.Column('id', _ID, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=16), nullable=False),
    sa.Column('label', sa.String(length=120), nullable=False),
    sa.Column('dimension', sa.String(length=20), nullable=True),
    sa.Column('figure', sa.String(length=500), nullable=False),
    sa.Column('evidence', sa.String(length=500), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=False),
    sa.Column('entered_by', sa.String(length=200), nullable=False),
    sa.Column('entered_at', Instant(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.String(length=200), nullable=True),
    sa.Column('withdrawn_at', Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annual_entry'))
    )
    with op.batch_alter_table('annual_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_annual_entry_year'), ['year'], unique=False)
    op.create_table('annual_seal',
    sa.Column('id', _ID, nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('sealed_at', Instant(timezone=True), nullable=False),
    sa.Column('sealed_by', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_annual_seal')),
    sa.UniqueConstraint('year', 'revision', name=op.f('uq_annual_seal_year'))
    )


def downgrade() -> None:
    op.drop_table('annual_seal')
    with op.batch_alter_table('annual_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_annual_entry_year'))
    op.drop_table('annual_entry')
