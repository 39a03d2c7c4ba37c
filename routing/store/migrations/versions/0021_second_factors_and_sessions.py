"""A second factor for staff, codes for once, and what is known of each session; nobody has a second factor yet."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recovery_code',
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('used_at', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_recovery_code_staff_id_staff')),
    sa.PrimaryKeyConstraint('code_sha256', name=op.f('pk_recovery_code'))
    )
    with op.batch_alter_table('recovery_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recovery_code_staff_id'), ['staff_id'], unique=False)
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('totp_secret', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('totp_step', sa.BigInteger(), nullable=True))
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stage', sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column('how', sa.String(length=12), nullable=False, server_default='password'))
        batch_op.add_column(sa.Column('address', sa.String(length=45), nullable=True))
        batch_op.add_column(sa.Column('browser', sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column('offered', sa.String(length=64), nullable=True))
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.alter_column('how', existing_type=sa.String(length=12), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.drop_column('offered')
        batch_op.drop_column('browser')
        batch_op.drop_column('address')
        batch_op.drop_column('how')
        batch_op.drop_column('stage')
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('totp_step')
        batch_op.drop_column('totp_secret')
    op.drop_table('recovery_code')
