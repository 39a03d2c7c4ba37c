"""Addresses of contacts on channels, and ids of events, messages and files by the channel that gave them."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

_BEFORE = 'line'
"""The only channel there was."""


def _channel(*, nullable: bool = False) -> sa.Column[str]:
    return sa.Column('channel', sa.String(length=12), nullable=nullable, server_default=None if nullable else _BEFORE)


def _no_default(table: str) -> None:
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column('channel', existing_type=sa.String(length=12), existing_nullable=False, server_default=None)


def upgrade() -> None:
    op.create_table('contact_address',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('address', sa.String(length=80), nullable=False),
    sa.Column('reachable', sa.Boolean(), nullable=False),
    sa.Column('reach_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('created_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_contact_address_contact_id_contact')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact_address')),
    sa.UniqueConstraint('channel', 'address', name=op.f('uq_contact_address_channel'))
    )
    with op.batch_alter_table('contact_address', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_address_contact_id'), ['contact_id'], unique=False)
    op.execute(
        "INSERT INTO contact_address (contact_id, channel, address, reachable, reach_at, created_at) "
        "SELECT id, 'line', line_user_id, reachable, reach_at, created_at FROM contact "
        "WHERE line_user_id IS NOT NULL ORDER BY id"
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_contact_line_user_id'), type_='unique')
        batch_op.drop_column('line_user_id')
        batch_op.drop_column('reachable')
        batch_op.drop_column('reach_at')

    op.alter_column('message', 'line_message_id', new_column_name='external_id')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(_channel(nullable=True))
        batch_op.drop_constraint(batch_op.f('uq_message_line_message_id'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_message_channel'), ['channel', 'external_id'])
    op.execute("UPDATE message SET channel = 'line' WHERE external_id IS NOT NULL")

    op.alter_column('media', 'line_message_id', new_column_name='external_id')
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.add_column(_channel())
        batch_op.drop_constraint(batch_op.f('uq_media_line_message_id'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_media_channel'), ['channel', 'external_id'])
    _no_default('media')

    op.create_table('unsent_by_channel',
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('external_id', sa.String(length=64), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    )
    op.execute("INSERT INTO unsent_by_channel (channel, external_id, at) SELECT 'line', line_message_id, at FROM unsent")
    op.drop_table('unsent')
    op.rename_table('unsent_by_channel', 'unsent')
    with op.batch_alter_table('unsent', schema=None) as batch_op:
        batch_op.create_primary_key(batch_op.f('pk_unsent'), ['channel', 'external_id'])

    op.create_table('inbox_partition',
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('user_key', sa.String(length=80), nullable=False),
    sa.Column('holder', sa.String(length=40), nullable=True),
    sa.Column('lease_until', routing.store.base.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('channel', 'user_key', name=op.f('pk_inbox_partition'))
    )
    # Whoever held one is gone: a process of another schema does not work.
    op.execute("INSERT INTO inbox_partition (channel, user_key) SELECT 'line', user_key FROM lane")
    op.drop_table('lane')

    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.add_column(_channel())
        batch_op.drop_index('ix_inbox_lane')
        batch_op.drop_constraint(batch_op.f('uq_inbox_webhook_event_id'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_inbox_channel'), ['channel', 'webhook_event_id'])
        batch_op.create_index('ix_inbox_partition', ['channel', 'user_key', 'state', 'event_at'], unique=False)
    _no_default('inbox')

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(_channel())
    _no_default('outbox')


def downgrade() -> None:
    """Back to one channel: what others brought loses its address and ids, and of two addresses one is kept."""
    for table, column in (
        ('inbox', 'channel'), ('unsent', 'channel'), ('media', 'channel'), ('outbox', 'channel'),
    ):
        if op.get_bind().execute(sa.text(f"SELECT 1 FROM {table} WHERE {column} <> 'line' LIMIT 1")).first():
            raise RuntimeError(f"{table} holds what another channel brought; this schema has no place for it")

    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_column('channel')

    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_index('ix_inbox_partition')
        batch_op.drop_constraint(batch_op.f('uq_inbox_channel'), type_='unique')
        batch_op.drop_column('channel')
        batch_op.create_unique_constraint(batch_op.f('uq_inbox_webhook_event_id'), ['webhook_event_id'])
        batch_op.create_index('ix_inbox_lane', ['user_key', 'state', 'event_at'], unique=False)

    op.create_table('lane',
    sa.Column('user_key', sa.String(length=80), nullable=False),
    sa.Column('holder', sa.String(length=40), nullable=True),
    sa.Column('lease_until', routing.store.base.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('user_key', name=op.f('pk_lane'))
    )
    op.execute("INSERT INTO lane (user_key) SELECT user_key FROM inbox_partition")
    op.drop_table('inbox_partition')

    op.create_table('unsent_by_id',
    sa.Column('line_message_id', sa.String(length=64), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    )
    op.execute("INSERT INTO unsent_by_id (line_message_id, at) SELECT external_id, at FROM unsent")
    op.drop_table('unsent')
    op.rename_table('unsent_by_id', 'unsent')
    with op.batch_alter_table('unsent', schema=None) as batch_op:
        batch_op.create_primary_key(batch_op.f('pk_unsent'), ['line_message_id'])

    op.alter_column('media', 'external_id', new_column_name='line_message_id')
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_media_channel'), type_='unique')
        batch_op.drop_column('channel')
        batch_op.create_unique_constraint(batch_op.f('uq_media_line_message_id'), ['line_message_id'])

    op.alter_column('message', 'external_id', new_column_name='line_message_id')
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('uq_message_channel'), type_='unique')
        batch_op.drop_column('channel')
        batch_op.create_unique_constraint(batch_op.f('uq_message_line_message_id'), ['line_message_id'])

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('line_user_id', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('reachable', sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column('reach_at', routing.store.base.Instant(timezone=True), nullable=True))
    op.execute(
        "UPDATE contact SET (line_user_id, reachable, reach_at) = (SELECT address, reachable, reach_at "
        "FROM contact_address WHERE contact_id = contact.id ORDER BY contact_address.id LIMIT 1) "
        "WHERE id IN (SELECT contact_id FROM contact_address)"
    )
    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.alter_column('reachable', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
        batch_op.create_unique_constraint(batch_op.f('uq_contact_line_user_id'), ['line_user_id'])

    with op.batch_alter_table('contact_address', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_address_contact_id'))

    op.drop_table('contact_address')
