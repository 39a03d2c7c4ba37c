"""What cases ask of agencies and units, one row a question, carried over from the waits on agencies there were."""

from datetime import date

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    table = op.create_table('consultation',
    sa.Column('id', _ID, nullable=False),
    sa.Column('case_id', _ID, nullable=False),
    sa.Column('no', sa.Integer(), nullable=False),
    sa.Column('agency', sa.String(length=20), nullable=True),
    sa.Column('unit', sa.String(length=40), nullable=True),
    sa.Column('office', sa.String(length=80), nullable=True),
    sa.Column('asked_at', Instant(timezone=True), nullable=False),
    sa.Column('asked_by', sa.String(length=200), nullable=True),
    sa.Column('message_id', _ID, nullable=True),
    sa.Column('lead', sa.Integer(), nullable=True),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('ended_at', Instant(timezone=True), nullable=True),
    sa.Column('how', sa.String(length=12), nullable=True),
    sa.Column('result', sa.String(length=20), nullable=True),
    sa.Column('answer_id', _ID, nullable=True),
    sa.Column('answered_by', sa.String(length=80), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('entered_by', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['answer_id'], ['message.id'], name=op.f('fk_consultation_answer_id_message')),
    sa.ForeignKeyConstraint(['case_id'], ['service_case.id'], name=op.f('fk_consultation_case_id_service_case')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_consultation_message_id_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consultation')),
    sa.UniqueConstraint('case_id', 'no', name=op.f('uq_consultation_case_id'))
    )
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consultation_asked_at'), ['asked_at'], unique=False)
        batch_op.create_index('ix_consultation_agency_ended_at', ['agency', 'ended_at'], unique=False)
        batch_op.create_index('ix_consultation_unit_ended_at', ['unit', 'ended_at'], unique=False)
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('consulting', sa.JSON(), nullable=False, server_default='[]'))
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.alter_column('consulting', existing_type=sa.JSON(), existing_nullable=False, server_default=None)
    _carry_over(table)


def _carry_over(table: sa.Table) -> None:
    events = sa.table(
        'case_event', sa.column('case_id'), sa.column('seq'), sa.column('at', Instant(timezone=True)),
        sa.column('event', sa.String()), sa.column('by', sa.String()), sa.column('data', sa.JSON()),
    )
    cases = sa.table(
        'service_case', sa.column('id'), sa.column('status', sa.String()), sa.column('consulting', sa.JSON()),
    )
    bind, waited = op.get_bind(), sa.select(events.c.case_id).where(events.c.event == 'waiting')
    query = sa.select(events).where(
        events.c.case_id.in_(waited), events.c.event.in_(('waiting', 'note', 'resumed', 'closed')),
    )
    rows: list[dict[str, object]] = []
    mine: list[dict[str, object]] = []
    here = None
    for case_id, _seq, at, event, by, data in bind.execute(
        query.order_by(events.c.case_id, events.c.at, events.c.seq)
    ).all():
        if case_id != here:
            rows, mine, here = rows + mine, [], case_id
        _told(mine, case_id, at, event, by, data if isinstance(data, dict) else {})
    rows += mine
    if rows:
        bind.execute(table.insert(), rows)
    for one in rows:
        if one['ended_at'] is None:
            # Imported histories have waits of which they do not say whom.
            asked = cases.update().where(cases.c.id == one['case_id'])
            bind.execute(asked.values(consulting=[one['agency'] or '']))


def _told(
    mine: list[dict[str, object]], case_id: int, at: object, event: str, by: str | None, data: dict[str, str]
) -> None:
    if event == 'waiting' and data.get('on') == 'agency':
        mine.append({
            'case_id': case_id, 'no': len(mine) + 1, 'agency': data.get('agency'), 'asked_at': at, 'asked_by': by,
            'message_id': data.get('message_id'), 'expected_on': _day(data.get('until')), 'ended_at': None, 'how': None,
            'answer_id': None, 'entered_by': None,
        })
        return
    if not mine or mine[-1]['ended_at'] is not None:
        return
    if event == 'note' and data.get('answers') and data['answers'] == mine[-1]['agency']:
        mine[-1].update(ended_at=at, how='answered', answer_id=data.get('message_id'), entered_by=by)
    elif event in {'resumed', 'closed'}:
        mine[-1].update(ended_at=at, how=data.get('consultation') or 'ended')


def _day(written: object) -> object:
    try:
        return date.fromisoformat(str(written)[:10]) if written else None
    except ValueError:
        return None


def downgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_column('consulting')
    with op.batch_alter_table('consultation', schema=None) as batch_op:
        batch_op.drop_index('ix_consultation_unit_ended_at')
        batch_op.drop_index('ix_consultation_agency_ended_at')
        batch_op.drop_index(batch_op.f('ix_consultation_asked_at'))
    op.drop_table('consultation')
