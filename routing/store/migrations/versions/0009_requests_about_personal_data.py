"""What people ask for about the data that is kept of them, with the clock of 個人資料保護法 §13."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('data_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('right', sa.String(length=12), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_by', sa.String(length=80), nullable=True),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('asked_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('extended_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('extension_reason', sa.String(length=300), nullable=True),
    sa.Column('state', sa.String(length=8), nullable=False),
    sa.Column('decided_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.Column('gone', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_data_request_contact_id_contact')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_request'))
    )
    with op.batch_alter_table('data_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_request_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index('ix_data_request_state_due_on', ['state', 'due_on'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('data_request', schema=None) as batch_op:
        batch_op.drop_index('ix_data_request_state_due_on')
        batch_op.drop_index(batch_op.f('ix_data_request_contact_id'))

    op.drop_table('data_request')
