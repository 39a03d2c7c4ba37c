"""Incidents: one thing of which many firms tell, what was answered to all of them, and which cases are in one."""

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('incident',
    sa.Column('id', _ID, nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('alert', sa.String(length=20), nullable=True),
    sa.Column('parks', sa.JSON(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('opened_at', Instant(timezone=True), nullable=False),
    sa.Column('opened_by', sa.String(length=200), nullable=False),
    sa.Column('closed_at', Instant(timezone=True), nullable=True),
    sa.Column('closed_by', sa.String(length=200), nullable=True),
    sa.Column('outcome', sa.String(length=12), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident'))
    )
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_opened_at'), ['opened_at'], unique=False)
    op.create_table('incident_answer',
    sa.Column('id', _ID, nullable=False),
    sa.Column('incident_id', _ID, nullable=False),
    sa.Column('kind', sa.String(length=8), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', Instant(timezone=True), nullable=False),
    sa.Column('by', sa.String(length=200), nullable=False),
    sa.Column('told', sa.Integer(), nullable=False),
    sa.Column('failed', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['incident_id'], ['incident.id'], name=op.f('fk_incident_answer_incident_id_incident')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incident_answer'))
    )
    with op.batch_alter_table('incident_answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_incident_answer_incident_id'), ['incident_id'], unique=False)
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('incident_id', _ID, nullable=True))
        batch_op.create_foreign_key(
            batch_op.f('fk_service_case_incident_id_incident'), 'incident', ['incident_id'], ['id'],
        )
        batch_op.create_index(batch_op.f('ix_service_case_incident_id'), ['incident_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_case_incident_id'))
        batch_op.drop_constraint(batch_op.f('fk_service_case_incident_id_incident'), type_='foreignkey')
        batch_op.drop_column('incident_id')
    with op.batch_alter_table('incident_answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_answer_incident_id'))
    op.drop_table('incident_answer')
    with op.batch_alter_table('incident', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_incident_opened_at'))
    op.drop_table('incident')
