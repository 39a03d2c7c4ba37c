"""Single sign-on: whose account is whose at the identity provider, and which sign-ins came back."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sign_in_state',
    sa.Column('state_sha256', sa.String(length=64), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('state_sha256', name=op.f('pk_sign_in_state'))
    )
    op.create_table('staff_identity',
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('linked_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_identity_staff_id_staff')),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_staff_identity')),
    sa.UniqueConstraint('staff_id', 'issuer', name=op.f('uq_staff_identity_staff_id'))
    )


def downgrade() -> None:
    op.drop_table('staff_identity')
    op.drop_table('sign_in_state')
