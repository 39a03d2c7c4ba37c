"""Makes data/fold.tsv: traditional, variant and Japanese characters to one simplified form.

    python -m knowledge.build.fold DICTIONARY_DIR

DICTIONARY_DIR holds TSCharacters.txt and JPVariants.txt of the OpenCC project (Apache-2.0). Only characters that
Taiwanese (Big5), mainland (GB 2312) or Japanese (JIS X 0208) everyday encodings know are taken over.
"""

import argparse
from pathlib import Path

HEADER = """# Characters folded for comparison. kind, character, its folded form.
# t: traditional; j: Japanese only; v: variant used in Taiwan; s: simplified only, b: simplified and Japanese
# (s and b fold to themselves and only tell the script).
# Correspondences after the OpenCC character dictionaries (Apache-2.0); made by knowledge/build/fold.py.
"""

VARIANTS = {
    "臺": "台",
    "汙": "污",
    "汚": "污",
    "裏": "里",
    "峯": "峰",
    "羣": "群",
    "着": "著",
    "牀": "床",
    "妳": "你",
    "祢": "你",
    "煙": "烟",
    "菸": "烟",
    "佈": "布",
    "週": "周",
    "佔": "占",
    "舖": "铺",
}


ALSO_SIMPLIFIED = "厂么个广气与无从"
"""Big5 has these, but in Taiwan nobody types them: they tell simplified text."""


def _knows(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _pairs(path: Path) -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if "\t" in line]
    return [(row[0], row[1].split()[0]) for row in rows if len(row[0]) == 1]


def _traditional(path: Path) -> dict[str, str]:
    """Traditional to simplified."""
    return {
        source: target
        for source, target in _pairs(path)
        if source != target and len(target) == 1 and (_knows(source, "big5") or _knows(source, "shift_jis"))
    }


def _japanese(path: Path, to_simplified: dict[str, str]) -> dict[str, str]:
    """Shinjitai that neither Chinese script uses, to the simplified form of their old form."""
    table = {}
    for old, new in _pairs(path):
        if old == new or not _knows(new, "shift_jis"):
            continue
        target = to_simplified.get(old, old)
        if target != new and new not in to_simplified:
            table[new] = target
    return table


def _resolve(table: dict[str, str]) -> dict[str, str]:
    """Follows chains so that folding twice changes nothing."""
    resolved = {}
    for source, first in table.items():
        target = first
        for _ in range(4):
            target = table.get(target, target)
        if target != source:
            resolved[source] = target
    return resolved


def build(directory: Path) -> str:
    """The text of fold.tsv."""
    traditional = _traditional(directory / "TSCharacters.txt")
    japanese = _japanese(directory / "JPVariants.txt", traditional)
    # 著 is everyday Traditional for 着; keep the Taiwanese form as the folded one.
    traditional.pop("著", None)
    variants = {k: v for k, v in VARIANTS.items() if k != v and k not in traditional}
    joined = _resolve({**japanese, **variants, **traditional})
    kinds = {**dict.fromkeys(japanese, "j"), **dict.fromkeys(variants, "v"), **dict.fromkeys(traditional, "t")}
    rows = [f"{kinds[c]}\t{c}\t{joined[c]}" for c in sorted(joined)]
    simplified = sorted({t for t in traditional.values() if not _knows(t, "big5")} | set(ALSO_SIMPLIFIED))
    shared = {new for old, new in _pairs(directory / "JPVariants.txt") if traditional.get(old) == new}
    rows += [f"{'b' if c in shared else 's'}\t{c}\t{c}" for c in simplified if c not in joined]
    return HEADER + "\n".join(rows) + "\n"


def main() -> None:
    """Writes data/fold.tsv."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    target = Path(__file__).parents[1] / "data" / "fold.tsv"
    target.write_text(build(parser.parse_args().directory), encoding="utf-8")
    print(f"wrote {target.name}")


if __name__ == "__main__":
    main()
