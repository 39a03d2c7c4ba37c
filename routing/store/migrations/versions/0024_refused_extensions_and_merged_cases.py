"""To whom a refused extension is shown, and the case into which another was merged."""

from alembic import op
import sqlalchemy as sa


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('extension_refused_to', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('merged_into', sa.String(length=24), nullable=True))
        batch_op.create_index(batch_op.f('ix_service_case_extension_refused_to'), ['extension_refused_to'], unique=False)
        batch_op.create_index(batch_op.f('ix_service_case_merged_into'), ['merged_into'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_case_merged_into'))
        batch_op.drop_index(batch_op.f('ix_service_case_extension_refused_to'))
        batch_op.drop_column('merged_into')
        batch_op.drop_column('extension_refused_to')
