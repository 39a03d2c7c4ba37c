"""For developers, ``make migration MESSAGE="…"``: writes what the models have more than the migrations as a new one."""

import sys
from tempfile import TemporaryDirectory

from alembic import command

from routing.store.migration import config_of, head, upgrade
from routing.store.session import Database


def write(message: str) -> None:
    """A migration from the newest revision to the models; read it before it is committed."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/newest.db")
        upgrade(database)
        config = config_of()
        with database.engine.begin() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=message, rev_id=f"{int(head()[:4]) + 1:04}", autogenerate=True)
        database.dispose()


if __name__ == "__main__":
    write(" ".join(sys.argv[1:]))
