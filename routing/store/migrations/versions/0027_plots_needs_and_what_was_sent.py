"""Plots of the lists that were imported, what firms look for, and what was sent to them."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('plot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('park', sa.String(length=40), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('form', sa.String(length=12), nullable=True),
    sa.Column('area', sa.Double(), nullable=False),
    sa.Column('industry', sa.String(length=200), nullable=False),
    sa.Column('power', sa.Double(), nullable=True),
    sa.Column('water', sa.Double(), nullable=True),
    sa.Column('wastewater', sa.Double(), nullable=True),
    sa.Column('available_on', sa.Date(), nullable=True),
    sa.Column('rent', sa.String(length=200), nullable=False),
    sa.Column('features', sa.String(length=500), nullable=False),
    sa.Column('state', sa.String(length=40), nullable=False),
    sa.Column('offered', sa.Boolean(), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('imported_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('gone_at', routing.store.base.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plot')),
    sa.UniqueConstraint('park', 'code', name=op.f('uq_plot_park'))
    )
    with op.batch_alter_table('plot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plot_gone_at'), ['gone_at'], unique=False)

    op.create_table('land_need',
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('need', sa.JSON(), nullable=False),
    sa.Column('updated_at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_land_need_case_id_service_case')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_land_need'))
    )
    op.create_table('plot_sent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('case_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('plot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('at', routing.store.base.Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_plot_sent_case_id_service_case')),
    sa.ForeignKeyConstraint(['plot_id'], ['plot.id'], name=op.f('fk_plot_sent_plot_id_plot')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plot_sent'))
    )
    with op.batch_alter_table('plot_sent', schema=None) as batch_op:
        batch_op.create_index('ix_plot_sent_case_id', ['case_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_plot_sent_plot_id'), ['plot_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('plot_sent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plot_sent_plot_id'))
        batch_op.drop_index('ix_plot_sent_case_id')

    op.drop_table('plot_sent')
    op.drop_table('land_need')
    with op.batch_alter_table('plot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_plot_gone_at'))

    op.drop_table('plot')
