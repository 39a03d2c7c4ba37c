"""Incidents in which personal data got out are entered, with whose data lay within their reach."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('breach',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('known_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('facts', sa.Text(), nullable=False),
    sa.Column('effects', sa.Text(), nullable=False),
    sa.Column('measures', sa.Text(), nullable=False),
    sa.Column('support', sa.Text(), nullable=False),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('numbers', sa.JSON(), nullable=False),
    sa.Column('entered_by', sa.String(length=200), nullable=False),
    sa.Column('entered_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('told_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('told_by', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_breach'))
    )


def downgrade() -> None:
    op.drop_table('breach')
