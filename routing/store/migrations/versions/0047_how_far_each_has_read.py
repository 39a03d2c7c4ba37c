"""How far each person has seen each case.

Nothing is carried over: of a case that somebody never opened, what they did in it themselves says how far they read.
"""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0047'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_look',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_look_case_id_service_case')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_case_look_staff_id_staff')),
    sa.PrimaryKeyConstraint('case_id', 'staff_id', name=op.f('pk_case_look'))
    )
    with op.batch_alter_table('case_look', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_look_at'), ['at'], unique=False)


def downgrade() -> None:
    op.drop_table('case_look')
