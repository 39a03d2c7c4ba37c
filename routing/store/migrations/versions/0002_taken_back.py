"""Withdrawn messages of cases; reachability by the time of events; floods; a firm's name in each person's words."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('withdrawn',
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_withdrawn_case_id_service_case')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_withdrawn_message_id_message')),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_withdrawn'))
    )
    with op.batch_alter_table('withdrawn', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_withdrawn_case_id'), ['case_id'], unique=False)

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('firm_said', sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column('reach_at', routing.store.base.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('flooded_at', routing.store.base.Instant(timezone=True), nullable=True))

    with op.batch_alter_table('firm', schema=None) as batch_op:
        batch_op.add_column(sa.Column('claimed_ubn', sa.String(length=8), nullable=True))
        batch_op.create_index(batch_op.f('ix_firm_claimed_ubn'), ['claimed_ubn'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('firm', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_firm_claimed_ubn'))
        batch_op.drop_column('claimed_ubn')

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_column('flooded_at')
        batch_op.drop_column('reach_at')
        batch_op.drop_column('firm_said')

    with op.batch_alter_table('withdrawn', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_withdrawn_case_id'))

    op.drop_table('withdrawn')
