"""Views of the list of cases that people keep. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0045'
down_revision = '0044'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('saved_view',
    sa.Column('id', _ID, nullable=False),
    sa.Column('staff_id', _ID, nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('query', sa.JSON(), nullable=False),
    sa.Column('changed_at', Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_saved_view_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_view')),
    sa.UniqueConstraint('staff_id', 'name', name=op.f('uq_saved_view_staff_id_name'))
    )
    with op.batch_alter_table('saved_view', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_saved_view_unit'), ['unit'], unique=False)


def downgrade() -> None:
    op.drop_table('saved_view')
