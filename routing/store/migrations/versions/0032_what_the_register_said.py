"""What the commercial register said of firms."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('registry_entry',
    sa.Column('ubn', sa.String(length=8), nullable=False),
    sa.Column('found', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('state', sa.String(length=60), nullable=False),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('organisation', sa.String(length=80), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('fetched_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('ubn', name=op.f('pk_registry_entry'))
    )


def downgrade() -> None:
    op.drop_table('registry_entry')
