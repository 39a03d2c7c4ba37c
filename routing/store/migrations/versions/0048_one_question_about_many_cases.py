"""One question about many cases. Those asked so far stand each for itself."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0048'
down_revision = '0047'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('joint_question',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('agency', sa.String(length=20), nullable=True),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('asked_at', Instant(timezone=True), nullable=False),
    sa.Column('asked_by', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_joint_question'))
    )
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('joint_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.create_index(batch_op.f('ix_consultation_joint_id'), ['joint_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_consultation_joint_id_joint_question'), 'joint_question', ['joint_id'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_consultation_joint_id_joint_question'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_consultation_joint_id'))
        batch_op.drop_column('joint_id')
    op.drop_table('joint_question')
