"""Question sets."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0044'
down_revision = '0043'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('question_set_edit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('set_id', sa.String(length=80), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('author', sa.String(length=200), nullable=False),
    sa.Column('approver', sa.String(length=200), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('decided_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_question_set_edit'))
    )
    with op.batch_alter_table('question_set_edit', schema=None) as batch_op:
        batch_op.create_index('ix_question_set_edit_set_id_state', ['set_id', 'state'], unique=False)
        batch_op.create_index('ix_question_set_edit_state', ['state'], unique=False)

    op.create_table('case_questions',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('set_id', sa.String(length=80), nullable=False),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('questions', sa.Integer(), nullable=False),
    sa.Column('answered', sa.Integer(), nullable=False),
    sa.Column('asked_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('updated_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_questions_case_id_service_case')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_case_questions'))
    )


def downgrade() -> None:
    op.drop_table('case_questions')
    with op.batch_alter_table('question_set_edit', schema=None) as batch_op:
        batch_op.drop_index('ix_question_set_edit_state')
        batch_op.drop_index('ix_question_set_edit_set_id_state')

    op.drop_table('question_set_edit')
