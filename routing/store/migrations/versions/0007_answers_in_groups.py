"""An answer in a group is to nobody in particular: a message on its way out may be without a contact."""

from alembic import op
import sqlalchemy as sa


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('contact_id', existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True)


def downgrade() -> None:
    op.execute('DELETE FROM outbox WHERE contact_id IS NULL')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.alter_column('contact_id', existing_type=sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False)
