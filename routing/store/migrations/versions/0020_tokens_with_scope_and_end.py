"""API tokens have a scope, a purpose, an end and a last use; those of before keep all rights until they are revoked."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.add_column(sa.Column('scope', sa.String(length=8), nullable=False, server_default='full'))
        batch_op.add_column(sa.Column('purpose', sa.String(length=80), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('expires_at', Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('last_used_at', Instant(timezone=True), nullable=True))
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.alter_column('scope', existing_type=sa.String(length=8), existing_nullable=False, server_default=None)
        batch_op.alter_column('purpose', existing_type=sa.String(length=80), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_column('last_used_at')
        batch_op.drop_column('expires_at')
        batch_op.drop_column('purpose')
        batch_op.drop_column('scope')
