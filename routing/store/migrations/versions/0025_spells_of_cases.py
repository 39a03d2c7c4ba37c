"""What each case adds to periods, kept ready.

Both tables are derived from the events. They begin empty, and reports fold the histories until a worker has measured
every case, some at a time.
"""

from alembic import op
import sqlalchemy as sa


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('case_spell',
    sa.Column('id', _ID, nullable=False),
    sa.Column('case_id', _ID, nullable=False),
    sa.Column('block', sa.Integer(), nullable=False),
    sa.Column('since', sa.Integer(), nullable=False),
    sa.Column('until', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=4), nullable=False),
    sa.Column('category', sa.String(length=16), nullable=False),
    sa.Column('topic', sa.String(length=40), nullable=True),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('officer', sa.String(length=200), nullable=True),
    sa.Column('park', sa.String(length=40), nullable=True),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('language', sa.String(length=10), nullable=False),
    sa.Column('agency', sa.String(length=20), nullable=True),
    sa.Column('received', sa.Integer(), nullable=False),
    sa.Column('closed', sa.Integer(), nullable=True),
    sa.Column('flags', sa.Integer(), nullable=False),
    sa.Column('days_used', sa.Double(), nullable=True),
    sa.Column('gross_days', sa.Double(), nullable=True),
    sa.Column('waited_firm', sa.Integer(), nullable=False),
    sa.Column('waited_agency', sa.Integer(), nullable=False),
    sa.Column('replied', sa.Integer(), nullable=True),
    sa.Column('reply_minutes', sa.Double(), nullable=True),
    sa.Column('late_from', sa.Integer(), nullable=True),
    sa.Column('turns', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_spell_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_spell'))
    )
    with op.batch_alter_table('case_spell', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_spell_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_case_spell_block'), ['block'], unique=False)
    op.create_table('spell_block',
    sa.Column('block', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('columns', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('block', name=op.f('pk_spell_block'))
    )


def downgrade() -> None:
    op.drop_table('spell_block')
    with op.batch_alter_table('case_spell', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_spell_block'))
        batch_op.drop_index(batch_op.f('ix_case_spell_case_id'))

    op.drop_table('case_spell')
