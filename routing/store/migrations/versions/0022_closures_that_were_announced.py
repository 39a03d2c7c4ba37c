"""Closures that a source announced, and what was decided on each."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('closure_proposal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('county', sa.String(length=20), nullable=False),
    sa.Column('district', sa.String(length=20), nullable=True),
    sa.Column('part', sa.String(length=16), nullable=False),
    sa.Column('text', sa.String(length=400), nullable=False),
    sa.Column('announced_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('fetched_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('decided_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('closure_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('contrary_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('contrary_text', sa.String(length=400), nullable=True),
    sa.ForeignKeyConstraint(['closure_id'], ['closure.id'], name=op.f('fk_closure_proposal_closure_id_closure')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closure_proposal'))
    )
    with op.batch_alter_table('closure_proposal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_closure_proposal_day'), ['day'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('closure_proposal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_closure_proposal_day'))

    op.drop_table('closure_proposal')
