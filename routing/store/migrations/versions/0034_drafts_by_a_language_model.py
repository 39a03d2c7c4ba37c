"""Drafts by a language model: who decided that one may be asked, and what it was asked. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('assist_decision',
    sa.Column('id', _ID, nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('allowed', sa.Boolean(), nullable=False),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('host', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assist_decision'))
    )
    op.create_table('assist_output',
    sa.Column('id', _ID, nullable=False),
    sa.Column('case_id', _ID, nullable=False),
    sa.Column('use', sa.String(length=12), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('problem', sa.String(length=40), nullable=True),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('answered_at', Instant(timezone=True), nullable=True),
    sa.Column('milliseconds', sa.Integer(), nullable=True),
    sa.Column('model', sa.String(length=120), nullable=False),
    sa.Column('host', sa.String(length=200), nullable=False),
    sa.Column('rules', sa.String(length=12), nullable=False),
    sa.Column('prompt', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.Column('result', sa.JSON(), nullable=True),
    sa.Column('masked', sa.Integer(), nullable=False),
    sa.Column('sentences', sa.Integer(), nullable=False),
    sa.Column('unproven', sa.Integer(), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('decided_at', Instant(timezone=True), nullable=True),
    sa.Column('message_id', _ID, nullable=True),
    sa.Column('draft_id', _ID, nullable=True),
    sa.Column('changed', sa.Boolean(), nullable=True),
    sa.Column('erased_at', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_assist_output_case_id_service_case')),
    sa.ForeignKeyConstraint(['draft_id'], ['case_draft.id'], name=op.f('fk_assist_output_draft_id_case_draft')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_assist_output_message_id_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assist_output'))
    )
    with op.batch_alter_table('assist_output', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_assist_output_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_assist_output_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assist_output_draft_id'), ['draft_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assist_output_message_id'), ['message_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_assist_output_state'), ['state'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('assist_output', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_assist_output_state'))
        batch_op.drop_index(batch_op.f('ix_assist_output_message_id'))
        batch_op.drop_index(batch_op.f('ix_assist_output_draft_id'))
        batch_op.drop_index(batch_op.f('ix_assist_output_case_id'))
        batch_op.drop_index(batch_op.f('ix_assist_output_at'))

    op.drop_table('assist_output')
    op.drop_table('assist_decision')
