"""The files that came with a form, before anything looks into them."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import FormData, UploadFile

from routing.domain.errors import Invalid
from routing.domain.files import MOST_AT_ONCE, MOST_BYTES, FileTooLarge


def chosen(sent: FormData) -> list[UploadFile]:
    """The files of a form; where none was chosen browsers send one without name and content."""
    return [one for one in sent.getlist("file") if isinstance(one, UploadFile) and (one.filename or one.size)]


def too_much(files: Sequence[UploadFile]) -> Invalid | None:
    """Why so many, or so large files are not even looked into."""
    large = next((one for one in files if (one.size or 0) > MOST_BYTES), None)
    if large is not None:
        return FileTooLarge(large.filename)
    if len(files) > MOST_AT_ONCE:
        return Invalid(f"一次最多 {MOST_AT_ONCE} 個檔案。", field="file")
    if sum(one.size or 0 for one in files) > MOST_BYTES:
        return Invalid(f"檔案合計超過 {MOST_BYTES // 1024 // 1024} MB；請分次上傳。", field="file")
    return None
