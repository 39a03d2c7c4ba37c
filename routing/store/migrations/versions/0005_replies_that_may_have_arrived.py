"""A reply remembers that an earlier try of it may have arrived."""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('doubtful', sa.Boolean(), nullable=False, server_default=sa.false()))
    # A reply that was tried and has no outcome may have arrived.
    op.execute(
        "UPDATE outbox SET doubtful = true WHERE kind = 'reply' AND attempts > 0 AND state IN ('pending', 'leased')"
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('doubtful', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('doubtful')
