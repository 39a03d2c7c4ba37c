"""What a list of cases says beside the status: a call that is asked for, an agency's answer, what nobody has opened.

Calls that were asked for and not answered since are carried over. Of answers of agencies older events do not say that
they are such, so none is marked. Petitions that were closed after the day promised are late from now on.
"""

from zoneinfo import ZoneInfo

from alembic import op
import sqlalchemy as sa
from routing.store.base import Instant


revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

_SPOKEN = {'phone', 'hotline', 'counter', 'visit'}


def upgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('call_asked_at', Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('call_when', sa.String(length=12), nullable=True))
        batch_op.add_column(sa.Column('call_tries', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('partner_answered_at', Instant(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('unseen', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f('ix_service_case_call_asked_at'), ['call_asked_at'], unique=False)
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.alter_column('call_tries', existing_type=sa.Integer(), existing_nullable=False, server_default=None)
        batch_op.alter_column('unseen', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    _carry_calls_over()
    _late_by_promise()


def _cases() -> sa.TableClause:
    return sa.table(
        'service_case', sa.column('id'), sa.column('kind', sa.String()), sa.column('closed_at', Instant(timezone=True)),
        sa.column('promised_on', sa.Date()), sa.column('late', sa.Boolean()),
        sa.column('call_asked_at', Instant(timezone=True)), sa.column('call_when', sa.String()),
    )


def _carry_calls_over() -> None:
    events = sa.table(
        'case_event', sa.column('case_id'), sa.column('seq'), sa.column('at', Instant(timezone=True)),
        sa.column('event', sa.String()), sa.column('data', sa.JSON()),
    )
    bind, cases = op.get_bind(), _cases()
    asked = sa.select(events.c.case_id).where(events.c.event == 'call_asked')
    query = sa.select(events.c.case_id, events.c.at, events.c.event, events.c.data).where(
        events.c.case_id.in_(asked), events.c.event.in_(('call_asked', 'replied', 'closed')),
    )
    wishes: dict[int, tuple[object, str | None]] = {}
    for case_id, at, event, data in bind.execute(query.order_by(events.c.case_id, events.c.at, events.c.seq)).all():
        data = data if isinstance(data, dict) else {}
        if event == 'call_asked':
            first, when = wishes.get(case_id, (at, None))
            wishes[case_id] = first, data.get('when') or when
        elif (event == 'replied' and data.get('via') in _SPOKEN) or data.get('outcome') == 'withdrawn':
            wishes.pop(case_id, None)
    for case_id, (at, when) in wishes.items():
        bind.execute(cases.update().where(cases.c.id == case_id).values(call_asked_at=at, call_when=when))


def _late_by_promise() -> None:
    bind, cases, taipei = op.get_bind(), _cases(), ZoneInfo('Asia/Taipei')
    query = sa.select(cases.c.id, cases.c.closed_at, cases.c.promised_on).where(
        cases.c.kind == 'PET', cases.c.closed_at.is_not(None), cases.c.promised_on.is_not(None), ~cases.c.late,
    )
    for case_id, closed_at, promised_on in bind.execute(query).all():
        if closed_at.astimezone(taipei).date() > promised_on:
            bind.execute(cases.update().where(cases.c.id == case_id).values(late=True))


def downgrade() -> None:
    with op.batch_alter_table('service_case', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_service_case_call_asked_at'))
        for name in ('unseen', 'partner_answered_at', 'call_tries', 'call_when', 'call_asked_at'):
            batch_op.drop_column(name)
