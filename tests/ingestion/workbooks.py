"""Small workbooks written byte by byte, as no writer is among the dependencies."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from struct import pack
from xml.sax.saxutils import escape

Cell = str | float | int | bool | datetime | date | time | None
Rows = Sequence[Sequence[Cell]]

_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# Style 1 is a date and time, style 2 a date, style 3 a time: Excel stores all three as numbers of days.
_STYLES = (
    f'<?xml version="1.0"?><styleSheet xmlns="{_MAIN}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="22"/>'
    '<xf numFmtId="14"/><xf numFmtId="21"/></cellXfs></styleSheet>'
)


def xlsx(sheets: Mapping[str, Rows], *, merged: Sequence[str] = (), hidden: Sequence[str] = ()) -> bytes:
    """An Excel workbook; the merged ranges, such as ``A2:A4``, are those of every sheet."""
    files: dict[str, str | bytes] = {"[Content_Types].xml": _TYPES, "xl/styles.xml": _STYLES}
    files["_rels/.rels"] = (
        f'{_RELATIONS}<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    )
    listed, related = [], [f'<Relationship Id="styles" Type="{_OFFICE}/styles" Target="styles.xml"/>']
    for number, (name, rows) in enumerate(sheets.items(), 1):
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="r{number}"/>')
        related.append(f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="worksheets/s{number}.xml"/>')
        files[f"xl/worksheets/s{number}.xml"] = _xlsx_sheet(rows, merged)
    files["xl/workbook.xml"] = (
        f'<?xml version="1.0"?><workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        f"<sheets>{''.join(listed)}</sheets></workbook>"
    )
    files["xl/_rels/workbook.xml.rels"] = f"{_RELATIONS}{''.join(related)}</Relationships>"
    return _zip(files)


def _xlsx_sheet(rows: Rows, merged: Sequence[str]) -> str:
    written = []
    for number, row in enumerate(rows, 1):
        cells = "".join(
            _xlsx_cell(f"{chr(65 + column)}{number}", cell) for column, cell in enumerate(row) if cell is not None
        )
        written.append(f'<row r="{number}">{cells}</row>')
    ranges = "".join(f'<mergeCell ref="{area}"/>' for area in merged)
    merges = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' if merged else ""
    return (
        f'<?xml version="1.0"?><worksheet xmlns="{_MAIN}"><sheetData>{"".join(written)}</sheetData>{merges}</worksheet>'
    )


def _xlsx_cell(place: str, cell: Cell) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, datetime):
        return f'<c r="{place}" s="1"><v>{_days(cell)!r}</v></c>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="2"><v>{_days(datetime(cell.year, cell.month, cell.day))}</v></c>'
    if isinstance(cell, time):
        return f'<c r="{place}" s="3"><v>{(cell.hour * 3600 + cell.minute * 60 + cell.second) / 86400!r}</v></c>'
    return f'<c r="{place}"><v>{cell!r}</v></c>'


def _days(moment: datetime) -> float:
    return (moment - datetime(1899, 12, 30)).total_seconds() / 86400


def ods(sheets: Mapping[str, Rows]) -> bytes:
    """An OpenDocument spreadsheet."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in sheets.items()
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces}><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    return _zip({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def _ods_row(row: Sequence[Cell]) -> str:
    return f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"


def _ods_cell(cell: Cell) -> str:
    if cell is None:
        return "<table:table-cell/>"
    if isinstance(cell, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(cell).lower()}"'
    elif isinstance(cell, str):
        kind = 'office:value-type="string"'
    elif isinstance(cell, date):
        kind = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    else:
        kind = f'office:value-type="float" office:value="{cell!r}"'
    return f"<table:table-cell {kind}><text:p>{escape(str(cell))}</text:p></table:table-cell>"


def xlsb(rows: Sequence[Sequence[str | float]]) -> bytes:
    """A binary Excel workbook of one sheet ([MS-XLSB]: records of a number, a length and a content)."""
    sheet = [_record(129), _record(148, pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)), _record(145)]
    for number, row in enumerate(rows):
        sheet.append(_record(0, pack("<IIHHBII", number, 0, 300, 0, 0, 1, 0) + pack("<I", len(row) - 1)))
        for column, cell in enumerate(row):
            place = pack("<II", column, 0)
            sheet.append(
                _record(6, place + _wide(cell)) if isinstance(cell, str) else _record(5, place + pack("<d", cell))
            )
    sheet += [_record(146), _record(130)]
    listed = _record(156, pack("<II", 0, 1) + _wide("r1") + _wide("S"))
    book = [_record(131), _record(143), listed, _record(144), _record(132)]
    related = f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/s1.bin"/>'
    return _zip(
        {
            "[Content_Types].xml": _TYPES,
            "xl/workbook.bin": b"".join(book),
            "xl/_rels/workbook.bin.rels": f"{_RELATIONS}{related}</Relationships>",
            "xl/worksheets/s1.bin": b"".join(sheet),
        }
    )


def _record(number: int, content: bytes = b"") -> bytes:
    head = bytes([number]) if number < 128 else bytes([number & 0x7F | 0x80, number >> 7])
    assert len(content) < 128
    return head + bytes([len(content)]) + content


def _wide(text: str) -> bytes:
    return pack("<I", len(text)) + text.encode("utf-16-le")


def _zip(files: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text, zipfile.ZIP_STORED if name == "mimetype" else None)
    return packed.getvalue()
