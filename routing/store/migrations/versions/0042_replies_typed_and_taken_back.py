"""Replies that were typed and not sent, and who wants time to take one back. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0042'
down_revision = '0041'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_reply',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('translation', sa.Text(), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_kept_reply_case_id_service_case')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_kept_reply_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', name=op.f('pk_kept_reply'))
    )
    with op.batch_alter_table('kept_reply', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_kept_reply_at'), ['at'], unique=False)
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('undo_send', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('undo_send', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('undo_send')
    op.drop_table('kept_reply')
