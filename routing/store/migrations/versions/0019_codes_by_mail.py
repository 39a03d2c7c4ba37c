"""Where a firm is written to, and binding codes on their way there by e-mail."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('firm', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=200), nullable=True))

    op.create_table('code_mail',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('firm_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_address', sa.String(length=200), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('due_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('sent_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_code_mail_contact_id_contact')),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_code_mail_firm_id_firm')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_code_mail'))
    )
    with op.batch_alter_table('code_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_code_mail_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_code_mail_due_at'), ['due_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_code_mail_firm_id'), ['firm_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('code_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_code_mail_firm_id'))
        batch_op.drop_index(batch_op.f('ix_code_mail_due_at'))
        batch_op.drop_index(batch_op.f('ix_code_mail_contact_id'))

    op.drop_table('code_mail')
    with op.batch_alter_table('firm', schema=None) as batch_op:
        batch_op.drop_column('email')
