"""Files of staff beside those of firms; where their bytes lie; links; what is to be deleted.

No SQL can move bytes to where files lie from now on: a file whose bytes the database still holds is marked for the
worker, which moves it, checks it like a new one, and shows it then.
"""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('discarded_file',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('due_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_discarded_file'))
    )
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.add_column(sa.Column('sha256', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('key', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('thumbnail', sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column('problem', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('link', sa.String(length=24), nullable=True))
        batch_op.add_column(sa.Column('link_until', routing.store.base.Instant(timezone=True), nullable=True))
        batch_op.alter_column('channel', existing_type=sa.String(length=12), nullable=True)
        batch_op.alter_column('external_id', existing_type=sa.String(length=64), nullable=True)
        batch_op.alter_column('due_at', existing_type=routing.store.base.Instant(timezone=True), nullable=True)
        batch_op.create_unique_constraint(batch_op.f('uq_media_key'), ['key'])
        batch_op.create_unique_constraint(batch_op.f('uq_media_thumbnail'), ['thumbnail'])
        batch_op.create_index(batch_op.f('ix_media_due_at'), ['due_at'], unique=False)

    op.execute("UPDATE media SET state = 'moving' WHERE content IS NOT NULL")
    op.execute("UPDATE media SET state = 'sealed' WHERE message_id IN (SELECT message_id FROM withdrawn)")
    op.execute("UPDATE media SET due_at = NULL WHERE state NOT IN ('pending', 'moving', 'sealed')")


def downgrade() -> None:
    op.execute("UPDATE media SET due_at = CURRENT_TIMESTAMP WHERE due_at IS NULL")
    op.execute("DELETE FROM media WHERE external_id IS NULL")
    with op.batch_alter_table('media', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_media_due_at'))
        batch_op.drop_constraint(batch_op.f('uq_media_thumbnail'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_media_key'), type_='unique')
        batch_op.alter_column('due_at', existing_type=routing.store.base.Instant(timezone=True), nullable=False)
        batch_op.alter_column('external_id', existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column('channel', existing_type=sa.String(length=12), nullable=False)
        for name in ('link_until', 'link', 'problem', 'thumbnail', 'key', 'sha256'):
            batch_op.drop_column(name)

    op.drop_table('discarded_file')
