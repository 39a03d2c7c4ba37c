"""Who has a case open. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('presence',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('typing_at', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_presence_case_id_service_case')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_presence_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', name=op.f('pk_presence'))
    )
    with op.batch_alter_table('presence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_presence_at'), ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('presence')
