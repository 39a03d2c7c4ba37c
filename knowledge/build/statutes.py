"""Learns from statute clauses which n-grams belong to which category; only the table ships, never the corpus.

    python -m knowledge.build.statutes DIRECTORY

DIRECTORY holds clauses.tsv.gz (category, law, clause) and laws.tsv (category, law). Text: 全國法規資料庫 (Ministry of
Justice, 政府資料開放授權條款); statutes carry no copyright (著作權法 §9). Words, not facts: no answer comes from here.
"""

import argparse
import gzip
import json
from pathlib import Path

import numpy as np

from knowledge.build.tables import Packed, train
from knowledge.model.classify import STATUTE_CLASSES
from knowledge.vocabulary import Category

TARGET = Path(__file__).parents[1] / "data" / "model" / "statutes.npz"
SIZE = 20_000


def _corpus(directory: Path) -> tuple[list[str], list[int]]:
    texts: list[str] = []
    labels: list[int] = []
    with gzip.open(directory / "clauses.tsv.gz", "rt", encoding="utf-8") as clauses:
        rows = [line.rstrip("\n").split("\t") for line in clauses]
    rows += [line.split("\t") for line in (directory / "laws.tsv").read_text(encoding="utf-8").splitlines()]
    for row in rows:
        texts.append(row[-1])
        labels.append(STATUTE_CLASSES.index(Category(row[0])))
    return texts, labels


def write(packed: Packed, target: Path) -> None:
    """Stores a table with a note of where it came from."""
    note = {"source": "全國法規資料庫, data of 2024-10-11", "licence": "政府資料開放授權條款"}
    np.savez_compressed(
        target, grams="\n".join(packed.grams), weights=packed.weights, scale=packed.scale, note=json.dumps(note)
    )


def main() -> None:
    """Writes data/model/statutes.npz."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    texts, labels = _corpus(parser.parse_args().directory)
    write(train(texts, labels, size=SIZE, least=4, strength=0.1), TARGET)
    print(f"{len(texts)} texts, {SIZE} n-grams: {TARGET.name}")


if __name__ == "__main__":
    main()
