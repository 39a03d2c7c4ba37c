"""By what a process knows that it has read a block of spells before; on PostgreSQL they are kept as they are.

Blocks are read as a whole or not at all, and packed by PostgreSQL they take longer to read than to count.
"""

import sqlalchemy as sa
from alembic import op

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('spell_block', schema=None) as batch_op:
        batch_op.add_column(sa.Column('made_as', sa.String(length=32), nullable=True))
    _keep('EXTERNAL')


def downgrade() -> None:
    _keep('EXTENDED')
    with op.batch_alter_table('spell_block', schema=None) as batch_op:
        batch_op.drop_column('made_as')


def _keep(how: str) -> None:
    if op.get_bind().dialect.name == 'postgresql':
        for column in ('columns', 'held'):
            op.execute(f'ALTER TABLE spell_block ALTER COLUMN {column} SET STORAGE {how}')
