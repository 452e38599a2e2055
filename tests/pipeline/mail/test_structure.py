"""Hostile and broken MIME structures: any bytes give a mail, and what is wrong has a code."""

import pytest

from maild.domain.problem import QUARANTINE
from pipeline.mime import attached_mails, read_mail, without_content
from tests.pipeline.mail.letters import HEAD, codes, mail, multipart, steps

TEXT = b"Content-Type: text/plain\r\n\r\n"
PDF = b"Content-Type: application/pdf; name=po.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"


def nested(depth: int) -> bytes:
    opening = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    return HEAD + opening + TEXT + b"hi\r\n" + b"".join(b"--b%d--\r\n" % level for level in reversed(range(depth)))


@pytest.mark.parametrize("depth", [25, 1500, 5000])
def test_m01_deep_nesting_is_put_aside(depth: int) -> None:
    found = read_mail(nested(depth))
    assert codes(found) == ["mime.too_deep"]
    assert set(codes(found)) <= QUARANTINE
    assert found.subject == "Order 4711"  # an operator can recognise it


def test_m01_a_depth_that_programs_write_is_read() -> None:
    assert read_mail(nested(15)).text == "hi"


def test_m02_too_many_parts() -> None:
    body = multipart(*[TEXT + b"x"] * 50_000)
    assert codes(read_mail(body)) == ["mime.too_many_parts"]


def test_m02_work_does_not_grow_with_parts_beyond_the_cap() -> None:
    small, large = multipart(*[TEXT + b"x"] * 5_000), multipart(*[TEXT + b"x"] * 50_000)
    assert steps(lambda: read_mail(large)) < 1.1 * steps(lambda: read_mail(small))


def test_m03_too_many_or_too_long_headers() -> None:
    many = HEAD + b"".join(b"X-%d: v\r\n" % number for number in range(200_000)) + b"\r\nbody"
    long = HEAD + b"X-Long: " + b"x" * 1_000_000 + b"\r\n\r\nbody"
    assert codes(read_mail(many)) == ["mime.headers_too_big"]
    assert codes(read_mail(long)) == ["mime.headers_too_big"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (b"From", b"," * 100_000),
        (b"To", b", ".join(b"user%d <user%d@example.com>" % (n, n) for n in range(40_000))),
        (b"To", b"(" * 20_000),
        (b"Subject", b"\r\n ".join([b"=?utf-8?q?ab?="] * 20_000)),
        (b"Content-Type", b"text/plain" + b"".join(b"; p%d=v" % n for n in range(20_000))),
    ],
)
def test_m04_header_abuse(name: bytes, value: bytes) -> None:
    kept = b"".join(line + b"\r\n" for line in HEAD.split(b"\r\n") if line and not line.startswith(name + b":"))
    raw = kept + name + b": " + value + b"\r\n\r\nbody"
    found = read_mail(raw)
    assert codes(found)[0] == "mime.header_abuse"
    assert steps(lambda: read_mail(raw)) < 200_000  # a few a line of what the caps let through


@pytest.mark.parametrize("boundary", [b"", b'; boundary=""', b"; boundary=" + b"x" * 3000, b"; boundary=never"])
def test_m05_missing_empty_long_or_unused_boundary(boundary: bytes) -> None:
    found = read_mail(mail(b"12 x valve\r\n", b"Content-Type: multipart/mixed" + boundary))
    assert "12 x valve" in found.text
    assert "mime.defect" in codes(found)


def test_m05_boundary_that_is_never_closed() -> None:
    raw = mail(
        b"--b\r\n" + TEXT + b"first\r\n--b\r\n" + PDF + b"QUJD\r\n", b"Content-Type: multipart/mixed; boundary=b"
    )
    found = read_mail(raw)
    assert (found.text, [item.content for item in found.attachments]) == ("first", [b"ABC"])
    assert "mime.defect" in codes(found)


def test_m06_boundary_words_in_a_body_and_prefix_boundaries() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=abcd\r\n\r\n--abcd\r\n" + TEXT + b"inner\r\n--abcd--\r\n"
    found = read_mail(multipart(inner, PDF + b"abcd\r\nQUJD", boundary=b"abc"))
    assert found.text == "inner"
    assert [item.content for item in found.attachments] == [b"i\xb7\x1dABC"]


def test_m07_content_types_missing_twice_and_contradictory() -> None:
    assert read_mail(mail(b"plain\r\n")).text == "plain\n"
    twice = read_mail(mail(b"<b>x</b>\r\n", b"Content-Type: text/plain", b"Content-Type: text/html"))
    assert twice.text == "<b>x</b>\n"
    assert "mime.defect" in codes(twice)


def test_m09_damaged_transfer_encodings_are_read_and_marked() -> None:
    truncated = read_mail(multipart(TEXT + b"x", PDF + b"QUJDR"))
    assert truncated.attachments[0].content == b"ABC"
    assert "mime.bad_encoding" in codes(truncated)
    padded = read_mail(multipart(TEXT + b"x", PDF + b"QUI=\r\nQ0Q=\r\n"))
    assert padded.attachments[0].content == b"ABCD"
    assert [p.field for p in padded.problems if p.code == "mime.bad_encoding"] == ["part:2"]
    quoted = read_mail(mail(b"5 \xe4 =ZZ\r\n", b"Content-Transfer-Encoding: quoted-printable"))
    assert "mime.bad_encoding" in codes(quoted)
    assert "=ZZ" in quoted.text


def test_m10_unknown_encoding_and_uuencode() -> None:
    unknown = read_mail(mail(b"12 x valve\r\n", b"Content-Transfer-Encoding: x-rot13"))
    assert (unknown.text, "mime.bad_encoding" in codes(unknown)) == ("12 x valve\n", True)
    body = b"begin 644 ../../etc/x\r\n#0V%T\r\n`\r\nend\r\n"
    raw = mail(
        body, b"Content-Type: application/octet-stream; name=../../etc/x", b"Content-Transfer-Encoding: x-uuencode"
    )
    found = read_mail(raw)
    assert [(item.name, item.content) for item in found.attachments] == [("x", b"Cat")]


def forwarded(depth: int) -> bytes:
    inner = b"From: boss@other.example\r\nSubject: innermost\r\n\r\n40 x nut\r\n"
    for level in range(depth):
        part = b"Content-Type: message/rfc822\r\n\r\n" + inner
        inner = multipart(TEXT + b"see attached", part, boundary=b"level%d" % level)
    return inner


def test_m11_attached_mail_stays_an_attachment() -> None:
    found = read_mail(forwarded(1))
    assert found.text == "see attached"
    assert [item.name for item in found.attachments] == ["innermost.eml"]
    assert found.sender is not None
    assert found.sender.address == "jane@buyer.example"  # never the inner one
    assert [(part, inner.text) for part, inner in attached_mails(found)] == [("2", "40 x nut\n")]


def test_m11_thirty_levels_are_opened_three_deep() -> None:
    found = read_mail(forwarded(30))
    assert [part for part, _ in attached_mails(found)] == ["2", "2/2", "2/2/2"]


@pytest.mark.parametrize("kind", [b"message/partial; id=x; number=1", b"message/external-body; access-type=URL"])
def test_m12_fragments_and_references_are_put_aside(kind: bytes) -> None:
    assert codes(read_mail(mail(b"x", b"Content-Type: " + kind))) == ["mime.unsupported"]


def test_m13_parameter_continuations() -> None:
    hostile = b"attachment; filename*0=a; filename*999999999*=b; filename*0=c; filename*2=e"
    part = b"Content-Type: application/pdf\r\nContent-Disposition: " + hostile + b"\r\n\r\nx"
    assert read_mail(multipart(TEXT, part)).attachments[0].name == "a"
    proper = b"attachment; filename*0*=utf-8''Bestellung%20; filename*1*=%C3%BC; filename*2=.pdf"
    part = b"Content-Type: application/pdf\r\nContent-Disposition: " + proper + b"\r\n\r\nx"
    assert read_mail(multipart(TEXT, part)).attachments[0].name == "Bestellung ü.pdf"


@pytest.mark.parametrize(
    ("given", "label"),
    [
        (b"../../x.pdf", "x.pdf"),
        (b"..\\\\..\\\\x.pdf", "x.pdf"),
        (b"/etc/passwd", "passwd"),
        (b"con", "con"),
        (b"a\x00b.pdf", "ab.pdf"),
        (b"=?utf-8?q?po=E2=80=AEfdp=2Eexe?=", "pofdp.exe"),
        (b".hidden", "hidden"),
    ],
)
def test_m14_names_are_labels(given: bytes, label: str) -> None:
    part = b'Content-Type: application/pdf\r\nContent-Disposition: attachment; filename="' + given + b'"\r\n\r\nx'
    assert read_mail(multipart(TEXT, part)).attachments[0].name == label


def test_m14_long_and_empty_names() -> None:
    part = b'Content-Type: application/pdf; name="' + b"n" * 10_000 + b'.pdf"\r\n\r\nx'
    name = read_mail(multipart(TEXT, part)).attachments[0].name
    assert len(name) <= 200
    assert name.endswith(".pdf")
    raw = multipart(TEXT, b'Content-Type: application/pdf; name=""\r\n\r\nx', b"Content-Type: application/pdf\r\n\r\ny")
    names = [item.name for item in read_mail(raw).attachments]
    assert names == ["document.pdf", "document1.pdf"]
    assert names == [item.name for item in read_mail(raw).attachments]


def test_m15_encrypted_mail_is_marked() -> None:
    pgp = multipart(b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1", kind=b"encrypted")
    assert "mime.encrypted" in codes(read_mail(pgp))
    sealed = mail(b"MIIB", b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m")
    assert "mime.encrypted" in codes(read_mail(sealed))


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")) + content


def signed_data(entity: bytes) -> bytes:
    data, signed = bytes.fromhex("06092a864886f70d010701"), bytes.fromhex("06092a864886f70d010702")
    inner = der(0x30, data + der(0xA0, der(0x04, entity)))
    return der(0x30, signed + der(0xA0, der(0x30, der(0x02, b"\x01") + der(0x31, b"") + inner + der(0x31, b""))))


def test_m16_opaque_signature_is_opened() -> None:
    entity = b"Content-Type: text/plain\r\n\r\n12 x valve\r\n"
    kind = b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m"
    raw = mail(signed_data(entity), kind, b"Content-Transfer-Encoding: binary")
    assert read_mail(raw).text == "12 x valve\n"
    broken = mail(signed_data(entity)[:40], kind, b"Content-Transfer-Encoding: binary")
    assert "mime.encrypted" in codes(read_mail(broken))


def test_m18_hundreds_of_inline_images() -> None:
    image = b"Content-Type: image/png\r\nContent-ID: <%d@x>\r\n\r\nx"
    found = read_mail(multipart(TEXT + b"12 x valve", *[image % number for number in range(500)], kind=b"related"))
    assert found.text == "12 x valve"
    assert all(item.inline for item in found.attachments)


def test_m19_preamble_and_epilogue_are_not_read() -> None:
    raw = multipart(TEXT + b"nothing ordered").replace(b"\r\n\r\n", b"\r\n\r\n99 x trap\r\n", 1) + b"88 x trap\r\n"
    assert read_mail(raw).text == "nothing ordered"


@pytest.mark.parametrize("given", [b"<[1@x>", b"<>", b"<" + b"x" * 5000 + b"@y>", b"<a b@c>", b"none"])
def test_m20_odd_message_ids(given: bytes) -> None:
    raw = mail().replace(b"<1@buyer.example>", given)
    found = read_mail(raw)
    assert found.message_id == ("<[1@x>" if b"[" in given else read_mail(raw).message_id)
    assert found.message_id is not None
    assert found.message_id.startswith("<")
    assert len(found.message_id) < 1000


def test_m20_missing_message_id_comes_from_the_content_not_the_way() -> None:
    raw = mail().replace(b"Message-ID: <1@buyer.example>\r\n", b"")
    assert read_mail(raw).message_id == read_mail(b"Received: from a by b\r\n" + raw).message_id
    assert read_mail(raw).message_id != read_mail(raw + b"more").message_id


def test_m21_header_names_of_attributes() -> None:
    names = (b"headers", b"__class__", b"mail", b"parse", b"headers_json", b"defects", b"body")
    found = read_mail(mail(b"x", *[name + b": evil" for name in names]))
    assert (found.subject, found.text) == ("Order 4711", "x")


@pytest.mark.parametrize(
    "raw", [bytes(range(256)) * 40, b"\x00" * 1000, b"\r\n" * 1000, b"", b"\xff", b":", b"\r", b"From", b"--", b"=?"]
)
def test_m22_any_bytes_give_a_mail(raw: bytes) -> None:
    found = read_mail(raw)
    assert found.text.isprintable() or "\x00" not in found.text
    found.text.encode("utf-8")


def test_bare_text_is_a_body() -> None:
    assert read_mail(b"Please send:\r\n12 x valve\r\n").text == "Please send:\n12 x valve\n"
    assert read_mail(b"Note: urgent\r\n12 x valve\r\n").text == "Note: urgent\n12 x valve\n"


def test_content_stays_with_the_reader() -> None:
    raw = multipart(TEXT + b"x", PDF + b"QUJD")
    [found], [left] = read_mail(raw).attachments, without_content(read_mail(raw)).attachments
    assert (found.part, found.content) == ("2", b"ABC")
    assert (left.part, left.content) == ("2", b"")


def test_lost_blank_of_a_folded_line_does_not_end_the_header() -> None:
    raw = b"Received: from a\r\nby b; Fri, 20 Nov 2026\r\n" + mail(b"body")
    found = read_mail(raw)
    assert (found.subject, found.text) == ("Order 4711", "body")


def test_mbox_line_and_junk_before_the_header() -> None:
    assert read_mail(b"From jane Fri Nov 20 10:01:02 2026\r\n" + mail()).subject == "Order 4711"
    assert read_mail(b"---- Original ----\r\n" + mail()).subject == "Order 4711"


def test_html_only_resources_of_a_related_part_are_attachments() -> None:
    page = b"Content-Type: text/html\r\n\r\n<title>PO 4711</title><p>12 x valve</p>"
    found = read_mail(multipart(page, b"Content-Type: text/html\r\n\r\n<p>banner</p>", kind=b"related"))
    assert found.text == "PO 4711\n\n12 x valve"
    assert [item.name for item in found.attachments] == ["document.html"]


def test_plain_part_that_only_points_at_the_html() -> None:
    page = b"Content-Type: text/html\r\n\r\n<table>" + b"<tr><td>valve</td><td>12</td></tr>" * 60 + b"</table>"
    found = read_mail(multipart(TEXT + b"Please view this mail as HTML.", page, kind=b"alternative"))
    assert found.text.startswith("valve\t12")


def test_delimiter_right_under_a_part_header_is_no_field() -> None:
    inner = b"Content-Type: multipart/mixed; boundary=inner\r\nMIME-Version: 1.0\r\n"
    inner += b"--inner\r\n" + TEXT + b"two hinges\r\n--inner\r\n" + PDF + b"JVBERg==\r\n--inner--\r\n"
    found = read_mail(multipart(inner))
    assert found.text.strip() == "two hinges"
    assert [item.name for item in found.attachments] == ["po.pdf"]


def test_delimiter_right_under_the_header_of_the_mail_is_no_field() -> None:
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n--b\r\n" + TEXT + b"two hinges\r\n--b--\r\n"
    assert read_mail(raw).text.strip() == "two hinges"
