"""Notices that wait for a free reply, the policies by which they are pushed, and reasons that outlive the words.

Before, erasing a message's words overwrote its reason; of those nothing more can be said than that they were erased.
"""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notice_policy',
    sa.Column('reason', sa.String(length=40), nullable=False),
    sa.Column('push', sa.String(length=12), nullable=False),
    sa.Column('hours', sa.Integer(), nullable=True),
    sa.Column('holds', sa.Boolean(), nullable=False),
    sa.Column('why', sa.String(length=300), nullable=False),
    sa.Column('set_by', sa.String(length=254), nullable=False),
    sa.Column('set_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('reason', name=op.f('pk_notice_policy'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('push_at', routing.store.base.Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('carrier_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
        batch_op.add_column(sa.Column('place', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('erased_at', routing.store.base.Instant(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_outbox_carrier_id_outbox'), 'outbox', ['carrier_id'], ['id'])
        batch_op.create_index(batch_op.f('ix_outbox_carrier_id'), ['carrier_id'], unique=False)
        batch_op.create_index('ix_outbox_created_at', ['created_at'], unique=False)
        batch_op.create_index('ix_outbox_accepted_at', ['accepted_at'], unique=False)

    op.execute("UPDATE outbox SET erased_at = created_at WHERE reason = 'erased'")


def downgrade() -> None:
    op.execute("UPDATE outbox SET reason = 'erased' WHERE erased_at IS NOT NULL")
    op.execute("UPDATE outbox SET state = 'pending' WHERE state = 'parked'")
    op.execute("UPDATE outbox SET state = 'cancelled' WHERE state = 'carried'")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_accepted_at')
        batch_op.drop_index('ix_outbox_created_at')
        batch_op.drop_index(batch_op.f('ix_outbox_carrier_id'))
        batch_op.drop_constraint(batch_op.f('fk_outbox_carrier_id_outbox'), type_='foreignkey')
        for name in ('erased_at', 'place', 'carrier_id', 'push_at'):
            batch_op.drop_column(name)

    op.drop_table('notice_policy')
