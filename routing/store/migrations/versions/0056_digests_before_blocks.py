"""On SQLite the digest of a block of spells lies before its content.

A value of a row lies behind those before it: to read a digest, all of a block had to be walked through, and a report over
years asks for the digests of hundreds of megabytes. PostgreSQL keeps large values beside the row.
"""

from alembic import op

revision = '0056'
down_revision = '0055'
branch_labels = None
depends_on = None

_DIGEST, _CONTENT = 'made_as VARCHAR(32)', 'columns BLOB NOT NULL, held BLOB'


def _rebuild(columns: str) -> None:
    if op.get_bind().dialect.name != 'sqlite':
        return
    names = 'block, made_as, columns, held'
    op.execute(f'CREATE TABLE spell_block_new (block INTEGER NOT NULL, {columns}, CONSTRAINT pk_spell_block PRIMARY KEY (block))')
    op.execute(f'INSERT INTO spell_block_new ({names}) SELECT {names} FROM spell_block')
    op.execute('DROP TABLE spell_block')
    op.execute('ALTER TABLE spell_block_new RENAME TO spell_block')


def upgrade() -> None:
    _rebuild(f'{_DIGEST}, {_CONTENT}')


def downgrade() -> None:
    _rebuild(f'{_CONTENT}, {_DIGEST}')
