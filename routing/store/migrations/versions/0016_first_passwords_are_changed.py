"""A password that somebody else gave is changed at the first sign-in; those of before stay."""

from alembic import op
import sqlalchemy as sa


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_password', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.alter_column('first_password', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('first_password')
