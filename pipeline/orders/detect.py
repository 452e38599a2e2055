"""What bytes are, by their content; the name only decides between kinds of text."""

import io
import re
import zipfile

from pipeline.orders import codepage

MAIL = frozenset({"mail", "plain", "msg"})
_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"\x78\x9f\x3e\x22", "tnef"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
    (b"BM", "image"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
)
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_HEADER = re.compile(rb"\A(?:From |[A-Za-z][A-Za-z0-9-]{1,40}:[ \t])")


def detect(data: bytes, name: str = "") -> str:
    """One of pdf, xlsx, xls, ods, docx, zip, msg, tnef, xml, x12, edifact, tradacoms, csv, html, mail, plain, image,
    empty, or another kind nobody reads."""
    if not data.strip():
        return "empty"
    head = data[:1024]
    for signature, kind in _SIGNATURES:
        if head.startswith(signature) and (signature != b"BM" or b"\x00" in head[:64]):
            return _packed(data, name) if kind in ("zip", "ole") else kind
    if b"%PDF-" in head:
        return "pdf"
    return _textual(data, name)


def _packed(data: bytes, name: str) -> str:
    if data[:2] == b"PK":
        names = _names(data)
        if any(entry.startswith("xl/") for entry in names):
            return "xlsx"
        if b"application/vnd.oasis.opendocument.spreadsheet" in data[:200]:
            return "ods"
        return "docx" if "word/document.xml" in names else "zip"
    if "__substg1.0_".encode("utf-16-le") in data or "__properties_version1.0".encode("utf-16-le") in data:
        return "msg"
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    return "xlsx" if "EncryptedPackage".encode("utf-16-le") in data else "ole"


def _names(data: bytes) -> list[str]:
    """The entries of an archive; of a broken one the name of its first."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()[:5000]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError):
        return [data[30:90].decode("latin-1")]


def _textual(data: bytes, name: str) -> str:
    text = decoded(data[:65536]).lstrip("\ufeff \t\r\n")
    upper = text[:400].upper()
    if upper.startswith(("<?XML", "<CXML")) or (
        re.match(r"<(?:!DOCTYPE\s+CXML|\w+:?\w*[^>]{0,400}xmlns)", text[:600], re.I)
        and not upper.startswith(("<HTML", "<!DOCTYPE HTML"))
    ):
        return "html" if "<HTML" in upper else "xml"
    if re.match(r"<(?:!DOCTYPE\s+HTML|HTML|HEAD|BODY|TABLE|DIV|META|P|STYLE|!--)", text[:200], re.I):
        return "html"
    if re.search(r"(?:^|[^A-Za-z0-9])(?:ST([^A-Za-z0-9\s])8\d\d\1|ISA([^A-Za-z0-9\s])\d\d\2)", text[:2000]):
        return "x12"
    if re.match(r"(?:UNA.{6}\s*UN[BHG]|UNB\+|UNG\+|UNH\+)", text, re.S):
        return "edifact"
    if re.match(r"STX=(?:ANA|TDI|ANAA)", text):
        return "tradacoms"
    if "BEGIN:VCALENDAR" in upper[:40]:
        return "calendar"
    if _HEADER.match(data.lstrip(b"\xef\xbb\xbf\r\n")) and _has_mail_header(text):
        return "mail"
    if text.count("\x00") > len(text) // 10:
        return "binary"
    if _is_csv(text, name):
        return "csv"
    return "plain"


def _has_mail_header(text: str) -> bool:
    head = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    names = {m.group(1).lower() for m in re.finditer(r"(?m)^([A-Za-z][A-Za-z0-9-]+):", head)}
    return bool(
        names & {"from", "subject", "received", "message-id", "mime-version", "content-type", "return-path", "to"}
    )


def _is_csv(text: str, name: str) -> bool:
    """Rows of as many fields: the separator occurs as often in most of the first lines."""
    lines = [line for line in text.splitlines()[:40] if line.strip()]
    if len(lines) < 2:
        return False
    named = name.lower().endswith((".csv", ".tsv"))
    for mark in ";\t,|":
        counts = [line.count(mark) for line in lines]
        common = max(set(counts), key=counts.count)
        needed = 1 if named else (3 if mark == "," else 2)
        if (
            common >= needed
            and counts.count(common) >= (0.5 if named else 0.9) * len(counts)
            and (named or not lines[0].startswith(("-", "|", "+")))
        ) and (named or (mark != "\t" and not any(len(line) > 300 or ": " in line for line in lines[:5]))):
            return True
    return named


def decoded(data: bytes) -> str:
    """Text out of bytes: by BOM, UTF-8, UTF-16 without BOM, else by what its letters make sense in."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if len(data) > 3 and data[1:200:2].count(0) > len(data[1:200:2]) * 0.7:
        return data.decode("utf-16-le", "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4:
            return data[: error.start].decode("utf-8", "replace")
    return codepage.decode(data)
