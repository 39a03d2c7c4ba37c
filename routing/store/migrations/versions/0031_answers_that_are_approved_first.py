"""Answers that another person approves before they are sent (陳核). There are none yet."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('case_draft',
    sa.Column('id', _ID, nullable=False),
    sa.Column('case_id', _ID, nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('translation', sa.Text(), nullable=True),
    sa.Column('via', sa.String(length=12), nullable=True),
    sa.Column('doc_no', sa.String(length=60), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('decided_at', Instant(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.Column('sent', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_draft_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_draft'))
    )
    with op.batch_alter_table('case_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_draft_case_id'), ['case_id'], unique=False)
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        for name in ('draft_by', 'draft_returned_to'):
            batch_op.add_column(sa.Column(name, sa.String(length=200), nullable=True))
            batch_op.create_index(batch_op.f(f'ix_service_case_{name}'), [name], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        for name in ('draft_returned_to', 'draft_by'):
            batch_op.drop_index(batch_op.f(f'ix_service_case_{name}'))
            batch_op.drop_column(name)
    with op.batch_alter_table('case_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_draft_case_id'))

    op.drop_table('case_draft')
