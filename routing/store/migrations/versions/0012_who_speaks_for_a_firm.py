"""Codes that bind people to firms, such bindings, and cases that colleagues may see."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('binding_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('firm_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=200), nullable=False),
    sa.Column('expires_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('used_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_binding_code_firm_id_firm')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_binding_code'))
    )
    with op.batch_alter_table('binding_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_binding_code_firm_id'), ['firm_id'], unique=False)

    op.create_table('binding',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('contact_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('firm_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bound_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_binding_contact_id_contact')),
    sa.ForeignKeyConstraint(['firm_id'], ['firm.id'], name=op.f('fk_binding_firm_id_firm')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_binding'))
    )
    with op.batch_alter_table('binding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_binding_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_binding_firm_id'), ['firm_id'], unique=False)

    op.create_table('case_share',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('since', routing.store.base.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_share_case_id_service_case')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_case_share'))
    )


def downgrade() -> None:
    op.drop_table('case_share')
    with op.batch_alter_table('binding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_binding_firm_id'))
        batch_op.drop_index(batch_op.f('ix_binding_contact_id'))

    op.drop_table('binding')
    with op.batch_alter_table('binding_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_binding_code_firm_id'))

    op.drop_table('binding_code')
