"""Former passwords are remembered, as hashes, and when an account was last used."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('staff', sa.Column('former_passwords', sa.JSON(), nullable=True))
    op.add_column('staff', sa.Column('used_at', routing.store.base.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('staff', 'used_at')
    op.drop_column('staff', 'former_passwords')
