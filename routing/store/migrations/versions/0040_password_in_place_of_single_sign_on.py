"""Until when a password is let stand in for single sign-on."""

from alembic import op
import sqlalchemy as sa
import routing.store.base


revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.add_column(sa.Column('password_until', routing.store.base.Instant(timezone=True), nullable=True))



def downgrade() -> None:
    with op.batch_alter_table('staff', schema=None) as batch_op:
        batch_op.drop_column('password_until')

