"""What a draft of an entry would change for what firms asked lately. Drafts of before were not tried."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0049'
down_revision = '0048'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('knowledge_edit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('trial_asked_at', Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('trial_at', Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('trial', sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    with op.batch_alter_table('knowledge_edit', schema=None) as batch_op:
        batch_op.alter_column('trial', existing_type=sa.JSON(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('knowledge_edit', schema=None) as batch_op:
        batch_op.drop_column('trial')
        batch_op.drop_column('trial_at')
        batch_op.drop_column('trial_asked_at')
