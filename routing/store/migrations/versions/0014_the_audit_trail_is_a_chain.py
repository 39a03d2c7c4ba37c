"""The audit trail is a chain; entries of before are sealed by the worker."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column('seal', sa.String(length=64), nullable=True))
        batch_op.create_index('ix_audit_unsealed', ['id'], unique=False, sqlite_where=sa.text('seal IS NULL'), postgresql_where=sa.text('seal IS NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_audit_place'), ['place'])



def downgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_audit_place'), type_='unique')
        batch_op.drop_index('ix_audit_unsealed', sqlite_where=sa.text('seal IS NULL'), postgresql_where=sa.text('seal IS NULL'))
        batch_op.drop_column('seal')
        batch_op.drop_column('place')

