"""What could harm is refused before it costs anything; what is merely foreign is read."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from watchfloor.core.errors import InvalidInputError, LimitError, UnsafeError, WatchfloorError
from watchfloor.security.xml import Limits, parse_xml

LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol">'
    + b"".join(
        b'<!ENTITY lol%d "%s">' % (level, b"&lol%s;" % (b"" if level == 1 else b"%d" % (level - 1)) * 10)
        for level in range(1, 10)
    )
    + b"]><lolz>&lol9;</lolz>"
)
QUADRATIC = b'<!DOCTYPE a [<!ENTITY x "' + b"x" * 100_000 + b'">]><a>' + b"&x;" * 100_000 + b"</a>"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """Return a port that notes every connection made to it."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)

        def listen() -> None:
            try:
                connection, _ = server.accept()
                heard.append(b"connected")
                connection.close()
            except OSError:
                pass

        thread = threading.Thread(target=listen)
        thread.start()
        yield server.getsockname()[1], heard
        thread.join()


def refused(data: bytes, error: type[WatchfloorError], match: str, limits: Limits | None = None) -> None:
    with pytest.raises(error, match=match):
        parse_xml(data, limits)


@pytest.mark.parametrize("bomb", [LAUGHS, QUADRATIC], ids=["billion laughs", "quadratic"])
def test_entity_bombs_cost_nothing(bomb: bytes) -> None:
    start = process_time()
    for _ in range(10):
        refused(bomb, UnsafeError, "DOCTYPE")
    assert (process_time() - start) / 10 < 0.05


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE a SYSTEM "{url}">',
        '<!DOCTYPE a PUBLIC "-//X//Y" "{url}">',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "{url}">]>',
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "{url}"> %x;]>',
        '<!DOCTYPE a [<!ATTLIST a b CDATA "default">]>',
        "<!DOCTYPE a>",
    ],
)
@pytest.mark.parametrize("where", ["file", "http"])
def test_external_entities_and_any_doctype_are_refused_and_nothing_is_fetched(
    doctype: str, where: str, tmp_path: Path, listener: tuple[int, list[bytes]]
) -> None:
    port, heard = listener
    secret = tmp_path / "secret"
    secret.write_text("S3CRET")
    url = secret.as_uri() if where == "file" else f"http://127.0.0.1:{port}/x"
    refused((doctype.format(url=url) + "<a>&x;</a>").encode(), UnsafeError, "DOCTYPE")
    assert heard == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize(
    "prolog",
    [
        "",
        "<?xml version='1.0'?>\n",
        " \r\n\t",
        "<!-- <a> -->",
        "<?pi <!DOCTYPE ?>",
        "<!-- x --><?y z?> <!-- -->",
    ],
)
def test_a_doctype_is_found_behind_any_prolog_in_any_encoding(encoding: str, prolog: str) -> None:
    text = prolog + '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    refused(text.encode(encoding), UnsafeError, "DOCTYPE")


def test_a_doctype_within_text_is_text() -> None:
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE a>]]></a>").text == "<!DOCTYPE a>"
    assert parse_xml(b"<!-- <!DOCTYPE a> --><a>x</a>").text == "x"


def test_a_document_of_100_mb_is_refused_by_its_length() -> None:
    data = b"<a>" + bytes(100_000_000)
    start = process_time()
    refused(data, LimitError, "100,000,003 bytes; at most 4,194,304")
    assert process_time() - start < 0.05


def test_the_size_is_a_parameter_and_exact() -> None:
    assert parse_xml(b"<a>xx</a>", Limits(size=9)).text == "xx"
    refused(b"<a>xxx</a>", LimitError, "10 bytes; at most 9", Limits(size=9))


@pytest.mark.parametrize("depth", [65, 255, 257, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    refused(b"<a>" * depth + b"</a>" * depth, LimitError, "nested|too large|elements")


def test_depth_of_the_limit_is_read() -> None:
    root = parse_xml(b"<a>" * 64 + b"</a>" * 64)
    assert sum(1 for _ in root.iter()) == 64


def test_too_many_elements_attributes_and_text_are_refused() -> None:
    refused(b"<a>" + b"<b/>" * 10_000 + b"</a>", LimitError, "more than 10,000 elements")
    assert len(parse_xml(b"<a>" + b"<b/>" * 9_999 + b"</a>")) == 9_999
    attributes = b" ".join(b'a%d=""' % number for number in range(65))
    refused(b"<a " + attributes + b"/>", LimitError, "65 attributes; at most 64")
    refused(b"<a>" + b"x" * 101 + b"</a>", LimitError, "text", Limits(text=100))
    refused(b'<a b="' + b"x" * 101 + b'"/>', LimitError, "attribute", Limits(text=100))
    refused(b"<a><b/>" + b"x" * 101 + b"</a>", LimitError, "text", Limits(text=100))


@pytest.mark.parametrize(
    "data",
    [
        b"<a>" + b"<b/>" * 900_000 + b"</a>",
        b"<a " + b" ".join(b'a%d=""' % number for number in range(300_000)) + b"/>",
        b"<a " + b" ".join(b'xmlns:a%d="u%d"' % (number, number) for number in range(150_000)) + b"/>",
        b"<!--" * 1_000_000 + b"<a/>",
        b"<?a " * 1_000_000 + b"<a/>",
        b"<a>" + b"<![CDATA[" * 400_000,
        b"<a>" + b"&amp;" * 800_000 + b"</a>",
        b"<" * 4_000_000,
        b" " * 4_000_000,
    ],
    ids=[
        "elements",
        "attributes",
        "namespaces",
        "comments",
        "instructions",
        "cdata",
        "references",
        "tags",
        "blanks",
    ],
)
def test_hostile_4_mb_take_less_than_a_second(data: bytes) -> None:
    start = process_time()
    try:
        parse_xml(data)
    except WatchfloorError as error:
        assert str(error)
    assert process_time() - start < 1


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-16-le", ""), ("utf-16-be", ""), ("utf-32", ""),
        ("utf-8", "UTF-8"), ("utf-8", "utf8"), ("utf-16", "UTF-16"), ("gb18030", "GB18030"), ("gbk", "GBK"),
        ("gb2312", "gb2312"), ("big5", "Big5"), ("utf-8", "utf-16"),
    ],
)  # fmt: skip
def test_chinese_is_read_in_its_encodings(encoding: str, declared: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    text = "水位"
    assert parse_xml(f"{declaration}<a>{text}</a>".encode(encoding)).text == text


def test_western_encodings_are_read() -> None:
    data = "<?xml version='1.0' encoding='ISO-8859-1'?><a>Böen</a>".encode("latin-1")
    assert parse_xml(data).text == "Böen"
    data = "<?xml version='1.0' encoding='windows-1252'?><a>10 €</a>".encode("cp1252")
    assert parse_xml(data).text == "10 €"


@pytest.mark.parametrize(
    "name", ["UTF-7", "utf7", "unicode_escape", "punycode", "idna", "rot13", "hex", "ebcdic-cp-us", "xyz"]
)
def test_encodings_that_can_hide_markup_are_refused(name: str) -> None:
    refused(f"<?xml version='1.0' encoding='{name}'?><a/>".encode(), UnsafeError, f"encoding '{name}'")


def test_broken_utf8_names_the_byte() -> None:
    refused(b"<a>ok\xff</a>", InvalidInputError, r"Byte 5 \(0xFF\) of this XML is not UTF-8")
    refused(b"\xef\xbb\xbf<a>\xe6\xb0</a>", InvalidInputError, r"Byte 6 \(0xE6\)")
    refused(b"<a>\xed\xa0\x80</a>", InvalidInputError, r"Byte 3 \(0xED\)")  # half a character
    refused(b"<a>\xc0\xbc</a>", InvalidInputError, r"Byte 3 \(0xC0\)")  # "<" in two bytes
    refused("<a>水</a>".encode("utf-16")[:-3] + b"\xd8\x00\x00", InvalidInputError, "Byte")


@pytest.mark.parametrize(
    "data", [b"", b" \n", b"\0\0\0\0", b"\xef\xbb\xbf", b"{}", b"<a>", b"<a></b>", b"<a>&foo;</a>", b"<a b=1/>",
             b"<a>\x00</a>", b"<a>\x01</a>", b"<a/><b/>", b"<!-- --", b"<!-- -->", b"a<a/>", b"<a xmlns:b=''/>",
             b"<a>&#0;</a>", b"<a>&#xD800;</a>", b"<b:a/>", b"<!ELEMENT a ANY><a/>"],
)  # fmt: skip
def test_what_is_not_well_formed_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_xml(data)
    assert 10 < len(str(caught.value)) < 500


def test_comments_do_not_split_a_word() -> None:
    data = b"<a>Ext<!-- -->reme</a>"
    assert parse_xml(data).text == "Extreme"
    assert len(parse_xml(data, comments=True)) == 1
    assert parse_xml(b"<a>Ext<?x y?>reme</a>").text == "Extreme"


def test_a_second_declaration_is_not_removed_silently() -> None:
    refused(b"<a/><?xml version='1.0'?>", InvalidInputError, "well-formed")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        found = parse_xml(b"<a>" + data)
    except WatchfloorError as error:
        assert str(error)
    else:
        assert isinstance(found, etree._Element)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(codec="utf-8", exclude_characters="<&\r", min_codepoint=32)))
def test_what_was_written_is_what_is_read(text: str) -> None:
    root = etree.Element("a")
    try:
        root.text = text
    except ValueError:
        return  # XML has no such character
    for encoding in ("utf-8", "utf-16", "gb18030"):
        assert (parse_xml(etree.tostring(root, encoding=encoding, xml_declaration=True)).text or "") == text
