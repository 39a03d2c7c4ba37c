"""Cases under watch (列管), and cases put off until a day (暫緩). None of those that are there is either."""

from alembic import op
import sqlalchemy as sa


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('watched', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('snoozed_until', sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f('ix_service_case_watched'), ['watched'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_case_snoozed_until'), ['snoozed_until'], unique=False)
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.alter_column('watched', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_case_snoozed_until'))
        batch_op.drop_index(batch_op.f('ix_service_case_watched'))
        batch_op.drop_column('snoozed_until')
        batch_op.drop_column('watched')
