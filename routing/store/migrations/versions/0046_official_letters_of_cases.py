"""Official letters of cases."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case_document',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('letter', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.String(length=200), nullable=False),
    sa.Column('made_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('doc_no', sa.String(length=60), nullable=True),
    sa.Column('sent_on', sa.Date(), nullable=True),
    sa.Column('numbered_by', sa.String(length=200), nullable=True),
    sa.Column('numbered_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.Column('numbered_how', sa.String(length=8), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_case_document_case_id_service_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_document'))
    )
    with op.batch_alter_table('case_document', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_document_case_id'), ['case_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('case_document', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_case_document_case_id'))

    op.drop_table('case_document')
