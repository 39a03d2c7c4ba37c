"""The units' own telephone numbers, as the branch fills them in at the desk."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('unit_phone',
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('unit', name=op.f('pk_unit_phone'))
    )


def downgrade() -> None:
    op.drop_table('unit_phone')
