"""Who held each case in turn, kept with its spells; workers measure every case anew after this.

The default stays: programs of the release before go on writing spells without it while an upgrade rolls.
"""

import sqlalchemy as sa
from alembic import op

revision = '0052'
down_revision = '0051'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('case_spell', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held', sa.Text(), server_default='', nullable=False))
    with op.batch_alter_table('spell_block', schema=None) as batch_op:
        batch_op.add_column(sa.Column('held', sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('spell_block', schema=None) as batch_op:
        batch_op.drop_column('held')
    with op.batch_alter_table('case_spell', schema=None) as batch_op:
        batch_op.drop_column('held')
