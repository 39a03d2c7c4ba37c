"""Fills data/clauses: the text of every article that a shipped entry cites, in the version that it names.

    python -m knowledge.build.clauses FILE.json…

FILE: texts in bulk as knowledge/law/bulk.py reads them; several may be given, for laws as they stood at several dates.
"""

import argparse
from pathlib import Path

from knowledge.law.bulk import read_bulk
from knowledge.law.clauses import Clauses, articles, day, read_store, write_store
from knowledge.law.importing import state
from knowledge.loading import DATA, load_knowledge


def main() -> None:
    """Adds what the files hold to the store, prints what is missing still."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    arguments = parser.parse_args()
    entries = load_knowledge().entries
    wanted = {
        (basis.law, article, day(basis.version))
        for entry in entries
        for basis in entry.basis
        for article in articles(basis.article)
    }
    found = [
        clause
        for path in arguments.files
        for clause in read_bulk(path)
        if (clause.law, clause.article, clause.version) in wanted
    ]
    kept = [c for c in read_store([DATA]).with_more(found).every() if (c.law, c.article, c.version) in wanted]
    written = write_store(DATA, Clauses.of(kept))
    known = state(entries, read_store([DATA]))
    print(f"{written} texts; {known.stored} of the entries' citations stored; not stored: {len(known.unknown)}")
    for line in known.unknown:
        print(f"  {line}")


if __name__ == "__main__":
    main()
