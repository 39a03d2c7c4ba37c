"""External sources: how they are doing, what their runs did, announced stops and the cases that were given one."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('feed_run',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('feed', sa.String(length=20), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(length=12), nullable=False),
    sa.Column('problem', sa.String(length=40), nullable=True),
    sa.Column('found', sa.Integer(), nullable=False),
    sa.Column('skipped', sa.Integer(), nullable=False),
    sa.Column('matched', sa.Integer(), nullable=False),
    sa.Column('proposed', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feed_run'))
    )
    with op.batch_alter_table('feed_run', schema=None) as batch_op:
        batch_op.create_index('ix_feed_run_feed_at', ['feed', 'at'], unique=False)

    op.create_table('feed_state',
    sa.Column('feed', sa.String(length=20), nullable=False),
    sa.Column('etag', sa.String(length=200), nullable=True),
    sa.Column('modified', sa.String(length=100), nullable=True),
    sa.Column('rules', sa.String(length=64), nullable=True),
    sa.Column('good_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('tried_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('due_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=40), nullable=True),
    sa.Column('detail', sa.String(length=200), nullable=True),
    sa.PrimaryKeyConstraint('feed', name=op.f('pk_feed_state'))
    )
    op.create_table('outage_notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('feed', sa.String(length=20), nullable=False),
    sa.Column('key', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=12), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('parks', sa.JSON(), nullable=False),
    sa.Column('starts_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('ends_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('areas', sa.JSON(), nullable=False),
    sa.Column('what', sa.String(length=200), nullable=False),
    sa.Column('planned', sa.Boolean(), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('found_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('fetched_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('gone_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outage_notice')),
    sa.UniqueConstraint('feed', 'key', name=op.f('uq_outage_notice_feed'))
    )
    with op.batch_alter_table('outage_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outage_notice_gone_at'), ['gone_at'], unique=False)

    op.create_table('outage_case',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('notice_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_outage_case_case_id_service_case')),
    sa.ForeignKeyConstraint(['notice_id'], ['outage_notice.id'], name=op.f('fk_outage_case_notice_id_outage_notice')),
    sa.PrimaryKeyConstraint('case_id', 'notice_id', name=op.f('pk_outage_case'))
    )
    with op.batch_alter_table('outage_case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outage_case_notice_id'), ['notice_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('outage_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outage_case_notice_id'))

    op.drop_table('outage_case')
    with op.batch_alter_table('outage_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_outage_notice_gone_at'))

    op.drop_table('outage_notice')
    op.drop_table('feed_state')
    with op.batch_alter_table('feed_run', schema=None) as batch_op:
        batch_op.drop_index('ix_feed_run_feed_at')

    op.drop_table('feed_run')
