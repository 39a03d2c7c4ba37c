"""The form of official letters: the branch's DTD, the structure that its letters have, and what it says of itself.

The branch puts the official files into the data folder as they are, with the files that the DTD itself refers to.
Nothing is read from anywhere else: a name with a path or an address is a name in that folder, or missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from lxml import etree

from knowledge.files import yaml_text
from routing.domain import letters
from routing.domain.errors import Invalid
from routing.domain.letters import NAMES, USUAL_SECRECY, Agency, Letter

ROOT = "函"
_FOLDER = "documents"
_DTD, _STRUCTURE, _AGENCY = "letter.dtd", "letter.xml", "agency.yaml"
_EACH, _OMIT = "每項", "無則省略"
_PLACE = re.compile(r"\{([^{}]+)\}")
_LISTS = ("contacts", "points", "to", "copies")
_OF_NUMBER = ("發文日期", "發文字號", "發文字", "年度", "流水號")
_LISTED = frozenset(NAMES[name] for name in _LISTS)
_KNOWN = frozenset({*NAMES.values(), *_OF_NUMBER})
_PER_ITEM = frozenset({"項", "序號"})

Files = Callable[[str], bytes | None]
"""The content of a file of the branch, or of one that ships; None: there is none."""


@dataclass(frozen=True, slots=True)
class Form:
    """``doctype``: the declaration at the head of a letter, with what the structure declares in it."""

    agency: Agency
    dtd: etree.DTD
    structure: etree._Element
    doctype: str
    files: Files

    @property
    def system(self) -> str:
        """The name of the DTD, as letters have it."""
        return _system_of(self.doctype)

    def choices(self, element: str) -> tuple[str, ...]:
        """What an element's code (代碼) may be, as the DTD lists it; empty where it lists nothing.

        Where 普通 is said by saying nothing, it is one of the choices all the same.
        """
        declared = _code(self.dtd, element)
        if declared is None:
            return ()
        listed = tuple(declared.values())
        unsaid = element == NAMES["secrecy"] and declared.default != "required" and USUAL_SECRECY not in listed
        return (USUAL_SECRECY, *listed) if listed and unsaid else listed

    def written(self, letter: Letter) -> bytes:
        """The letter as XML.

        Raises:
            Invalid: the DTD does not allow it (``document_refused``).
        """
        root = _filled(self.structure, _values(letter, self.agency))[0]
        for element in root.iter(NAMES["secrecy"]):
            declared = _code(self.dtd, NAMES["secrecy"])
            if element.get("代碼") == USUAL_SECRECY and (declared is None or USUAL_SECRECY not in declared.values()):
                del element.attrib["代碼"]
        made: bytes = etree.tostring(
            root, xml_declaration=True, encoding="UTF-8", pretty_print=True, doctype=self.doctype
        )  # fmt: skip
        try:
            etree.fromstring(made, _parser(self.files, validate=True))
        except etree.XMLSyntaxError as error:
            shown = "；".join(one.message for one in list(error.error_log)[:5])
            raise Invalid(f"公文不符 {self.system} 的結構：{shown}"[:600], code="document_refused") from None
        return made


def form_in_use(data_dir: Path) -> Form:
    """The branch's own files under ``documents`` of the data folder, else those that ship.

    Raises:
        Invalid: one of them cannot be read or is missing (``document_form_invalid``).
    """

    def shipped(name: str) -> bytes:
        own = _own(data_dir, name)
        return own if own is not None else (resources.files("knowledge") / "data" / _FOLDER / name).read_bytes()

    try:
        agency = _agency(shipped(_AGENCY))
        structure, doctype = _structure(shipped(_STRUCTURE), agency.system)
        system = _system_of(doctype)

        def files(name: str) -> bytes | None:
            own = _own(data_dir, name)
            return shipped(_DTD) if own is None and name == system else own

        empty = etree.fromstring(f'<!DOCTYPE {ROOT} SYSTEM "{system}"><{ROOT}/>', _parser(files, validate=False))
        dtd = empty.getroottree().docinfo.externalDTD
        assert dtd is not None  # noqa: S101 - it was loaded, or the resolver raised
    except (etree.LxmlError, yaml_text.YamlRefusedError, UnicodeDecodeError, AttributeError) as error:
        raise _unusable(type(error).__name__) from None
    except LookupError as error:
        raise _unusable(str(error.args[0])) from None
    return Form(agency, dtd, structure, doctype, files)


def _unusable(why: str) -> Invalid:
    return Invalid(f"公文的 DTD、結構或機關資料無法使用（{why}），請洽系統管理人員。", code="document_form_invalid")


def _own(data_dir: Path, name: str) -> bytes | None:
    path = data_dir / _FOLDER / name
    return path.read_bytes() if name not in {"", ".", ".."} and path.is_file() else None


def _agency(body: bytes) -> Agency:
    raw = yaml_text.read(body.decode("utf-8-sig")) or {}
    known = {one.name for one in fields(Agency)}
    return Agency(**{name: str(value or "") for name, value in raw.items() if name in known})


class _Beside(etree.Resolver):  # type: ignore[misc]
    """Answers every name from the branch's folder."""

    def __init__(self, files: Files) -> None:
        super().__init__()
        self._files = files

    def resolve(self, system_url: str | None, public_id: str | None, context: Any) -> Any:  # noqa: ARG002
        name = (system_url or "").replace("\\", "/").rpartition("/")[2]
        body = self._files(name)
        if body is None:
            raise LookupError(f"缺少檔案 {name}")
        return self.resolve_string(body, context, base_url=name)


def _parser(files: Files, *, validate: bool) -> etree.XMLParser:
    parser = etree.XMLParser(
        load_dtd=True, dtd_validation=validate, attribute_defaults=False, resolve_entities=False, no_network=True,
        huge_tree=False,
    )  # fmt: skip
    parser.resolvers.add(_Beside(files))
    return parser


def _code(dtd: etree.DTD, element: str) -> Any:
    """The declaration of an element's 代碼; None: it has none."""
    declared = (each for one in dtd.iterelements() if one.name == element for each in one.iterattributes())
    return next((each for each in declared if each.name == "代碼"), None)


def _structure(body: bytes, system: str) -> tuple[etree._Element, str]:
    """The structure of letters, and their DOCTYPE: its own, else one that names the DTD.

    Raises:
        LookupError: it says something that nobody knows; said with its name.
    """
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, remove_comments=True, remove_pis=True,
        remove_blank_text=True,
    )  # fmt: skip
    root: Any = etree.fromstring(body, parser)
    if root.tag != ROOT or any(True for _ in root.iter(etree.Entity)):
        raise LookupError(f"{_STRUCTURE} 不是{ROOT}")
    for conditional in (_EACH, _OMIT):
        if root.get(conditional) is not None:  # There is one letter, whatever it says.
            raise LookupError(f"{_STRUCTURE} 的 {ROOT} 不能有{conditional}")
    unknown = next(_unknown(root, inside=False), None)
    if unknown is not None:
        raise LookupError(f"{_STRUCTURE} 的 {unknown}")
    plain = re.sub(rb"<!--.*?-->", b"", body, flags=re.DOTALL)
    declared = re.search(rb"<!DOCTYPE.*?(?=<" + ROOT.encode() + rb"[\s>/])", plain, re.DOTALL)
    if declared is not None:
        return root, declared.group().decode().strip()
    return root, f'<!DOCTYPE {ROOT} SYSTEM "{_plain_name(system)}">'


def _unknown(element: etree._Element, *, inside: bool) -> Iterator[str]:
    """Places and lists that nobody knows; ``inside``: an element that stands for each of a list."""
    each, omit = element.get(_EACH), element.get(_OMIT)
    inside = inside or each is not None
    if each is not None and each not in _LISTED:
        yield each
    if omit is not None and omit not in _KNOWN:
        yield omit
    for name in _PLACE.findall(" ".join([element.text or "", *element.attrib.values()])):
        if name not in _KNOWN and not (inside and name in _PER_ITEM):
            yield name
    for child in element:
        yield from _unknown(child, inside=inside)


def _system_of(doctype: str) -> str:
    found = re.search(r"SYSTEM\s+[\"']([^\"']*)[\"']", doctype)
    return _plain_name(found[1].replace("\\", "/").rpartition("/")[2]) if found else _DTD


def _plain_name(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum() or letter in "._-") or _DTD


Values = Mapping[str, str | Sequence[str]]


def _values(letter: Letter, agency: Agency) -> dict[str, str | Sequence[str]]:
    word, year, serial = letters.parts_of(letter.doc_no)
    day = letters.day_written(date.fromisoformat(letter.sent_on)) if letter.sent_on else ""
    said: dict[str, str | Sequence[str]] = {
        shown: tuple(getattr(letter, name)) if name in _LISTS else str(getattr(letter, name))
        for name, shown in NAMES.items()
    }
    return said | {
        NAMES["attachment"]: letter.attachment or "無", "發文日期": day, "發文字號": letter.doc_no,
        "發文字": word or agency.word, "年度": year, "流水號": serial,
    }  # fmt: skip


def _filled(element: etree._Element, values: Values) -> list[etree._Element]:
    """An element with its places filled: none where it is left out, several where it stands for each of a list."""
    omit, each = element.get(_OMIT), element.get(_EACH)
    if omit is not None and not values[omit]:
        return []
    if each is None:
        return [_one(element, values)]
    return [
        _one(element, {**values, "項": item, "序號": letters.ordinal(place)})
        for place, item in enumerate(values[each], 1)
    ]


def _one(element: etree._Element, values: Values) -> etree._Element:
    made = etree.Element(element.tag)
    for name, value in element.attrib.items():
        said = _said(value, values)
        if name not in {_EACH, _OMIT} and (said or not _PLACE.search(value)):
            made.set(name, said)
    made.text = _said(element.text or "", values) or None
    for child in element:
        made.extend(_filled(child, values))
    return made


def _said(text: str, values: Values) -> str:
    """A text with its places filled. What XML cannot hold is left out."""

    def value(found: re.Match[str]) -> str:
        given = values[found[1]]
        return given if isinstance(given, str) else "、".join(given)

    said = _PLACE.sub(value, text)
    return "".join(one for one in said if one in "\t\n" or (ord(one) >= 32 and one not in "\ufffe\uffff"))
