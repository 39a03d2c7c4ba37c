"""Reminders of staff: bell, wishes, LINE accounts, mails. There is nothing to carry over."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('reminder',
    sa.Column('id', _ID, nullable=False),
    sa.Column('staff_id', _ID, nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('cause', sa.String(length=16), nullable=False),
    sa.Column('case_id', _ID, nullable=True),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('stands_for', sa.String(length=200), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('read_at', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_reminder_case_id_service_case')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_reminder_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('staff_id', 'key', name=op.f('uq_reminder_staff_id'))
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_reminder_staff_id_read_at', ['staff_id', 'read_at'], unique=False)
    op.create_table('reminder_wish',
    sa.Column('staff_id', _ID, nullable=False),
    sa.Column('mail', sa.Boolean(), nullable=False),
    sa.Column('chat', sa.Boolean(), nullable=False),
    sa.Column('digest_mail', sa.Boolean(), nullable=False),
    sa.Column('digest_chat', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_reminder_wish_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_reminder_wish'))
    )
    op.create_table('staff_chat',
    sa.Column('staff_id', _ID, nullable=False),
    sa.Column('contact_id', _ID, nullable=False),
    sa.Column('channel', sa.String(length=12), nullable=False),
    sa.Column('bound_at', Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_staff_chat_contact_id_contact')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_chat_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_chat')),
    sa.UniqueConstraint('contact_id', name=op.f('uq_staff_chat_contact_id'))
    )
    op.create_table('staff_chat_code',
    sa.Column('staff_id', _ID, nullable=False),
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('expires_at', Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_chat_code_staff_id_staff')),
    sa.PrimaryKeyConstraint('staff_id', name=op.f('pk_staff_chat_code')),
    sa.UniqueConstraint('code_sha256', name=op.f('uq_staff_chat_code_code_sha256'))
    )
    op.create_table('staff_mail',
    sa.Column('id', _ID, nullable=False),
    sa.Column('staff_id', _ID, nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('due_at', Instant(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sent_at', Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_mail_staff_id_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_mail'))
    )
    with op.batch_alter_table('staff_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_mail_staff_id'), ['staff_id'], unique=False)
        batch_op.create_index('ix_staff_mail_state_due_at', ['state', 'due_at'], unique=False)


def downgrade() -> None:
    for table in ('staff_mail', 'staff_chat_code', 'staff_chat', 'reminder_wish', 'reminder'):
        op.drop_table(table)
