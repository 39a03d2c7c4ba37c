"""Announcements to firms, to whom they went, and the topics that firms want."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('announcement',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sa.String(length=12), nullable=False),
    sa.Column('parks', sa.JSON(), nullable=False),
    sa.Column('title', sa.JSON(), nullable=False),
    sa.Column('body', sa.JSON(), nullable=False),
    sa.Column('until', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('written_by', sa.String(length=200), nullable=False),
    sa.Column('written_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('decided_by', sa.String(length=200), nullable=True),
    sa.Column('decided_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=300), nullable=True),
    sa.Column('reach', sa.Integer(), nullable=True),
    sa.Column('cost', sa.Integer(), nullable=True),
    sa.Column('cursor', sa.Integer(), nullable=False),
    sa.Column('ended_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement'))
    )
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_announcement_state'), ['state'], unique=False)

    op.create_table('contact_topic',
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('topic', sa.String(length=12), nullable=False),
    sa.Column('wanted', sa.Boolean(), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_contact_topic_contact_id_contact')),
    sa.PrimaryKeyConstraint('contact_id', 'topic', name=op.f('pk_contact_topic'))
    )
    op.create_table('announcement_sent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('announcement_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tapped_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('stopped_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['announcement_id'], ['announcement.id'], name=op.f('fk_announcement_sent_announcement_id_announcement')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_announcement_sent_contact_id_contact')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_announcement_sent_outbox_id_outbox')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement_sent')),
    sa.UniqueConstraint('announcement_id', 'contact_id', name=op.f('uq_announcement_sent_announcement_id'))
    )
    with op.batch_alter_table('announcement_sent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_announcement_sent_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_announcement_sent_outbox_id'), ['outbox_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('announcement_sent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_announcement_sent_outbox_id'))
        batch_op.drop_index(batch_op.f('ix_announcement_sent_contact_id'))

    op.drop_table('announcement_sent')
    op.drop_table('contact_topic')
    with op.batch_alter_table('announcement', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_announcement_state'))

    op.drop_table('announcement')
