"""Why a message stands in its case, the pieces of a wait, and the channel's ids of what was sent."""

from alembic import op
import sqlalchemy as sa

from routing.store.base import Instant


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('placed_by', sa.String(length=12), nullable=True))
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('piece_at', Instant(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f('ix_service_case_piece_at'), ['piece_at'], unique=False)
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sent_ids', sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('sent_ids')
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_case_piece_at'))
        batch_op.drop_column('piece_at')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_column('placed_by')
