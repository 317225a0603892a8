import pytest

from flowpheno.errors import GateError
from flowpheno.gates import xml
from flowpheno.gates.xml import parse_xml, read_xml

LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE l [
 <!ENTITY a "ha">
 <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
 <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
]>
<l>&c;</l>"""


def test_elements_know_their_line_and_namespace():
    root = parse_xml(b'<a xmlns:p="u">\n<b x=" 1"/>\n<p:b p:x="2">te<c/>xt</p:b></a>')
    plain, spaced = root.children
    assert (plain.line, plain.space, plain.number("u", "x")) == (2, "", 1.0)
    assert (spaced.line, spaced.space, spaced.number("u", "x")) == (3, "u", 2.0)
    assert "".join(spaced.text) == "text"
    assert root.one("u", "b") is spaced
    assert root.find_all("u", "c") == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (LAUGHS, "a document type or an entity is declared"),
        (b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "document type"),
        (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/a.dtd"><a/>', "document type"),
        (b'<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p">%p;]><a/>', "document type"),
        (b"<!DOCTYPE a><a/>", "document type"),
        (b"<a>&unknown;</a>", "line 1: undefined entity"),
        (b"<a>" * 201, "line 1: a: too many elements, or too deeply nested"),
        (b"<a>\n<b></a>", "line 2: mismatched tag"),
        (b"<a/><b/>", "line 1: junk after document element"),
        (b"", "line 1: no element found"),
        (b"\x00\x01", "line 1: "),
        (b'<?xml version="1.0" encoding="nope"?><a/>', "line 1: "),
        (b"<p:a/>", "line 1: unbound prefix"),
    ],
)
def test_hostile_or_broken_xml_is_refused(content, problem):
    with pytest.raises(GateError, match=problem):
        parse_xml(content)


def test_many_elements_are_refused(monkeypatch):
    monkeypatch.setattr(xml, "_MOST_ELEMENTS", 100)
    assert len(parse_xml(b"<a>" + b"<b/>" * 99 + b"</a>").children) == 99
    with pytest.raises(GateError, match="too many elements"):
        parse_xml(b"<a>" + b"<b/>" * 100 + b"</a>")


def test_a_hundred_megabytes_are_refused_unread(tmp_path):
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.truncate(100_000_000)
    with pytest.raises(GateError, match=r"large\.xml: larger than 50000000 bytes"):
        read_xml(path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(GateError, match=r"none\.xml: cannot be read: No such file"):
        read_xml(tmp_path / "none.xml")


def test_the_file_is_named_with_the_line(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(b"<a>\n</b>")
    with pytest.raises(GateError, match=r"a\.xml: line 2: mismatched tag"):
        read_xml(path)


@pytest.mark.parametrize(
    ("call", "problem"),
    [
        (lambda e: e.one("", "b"), "line 1: a: needs one b, has 0"),
        (lambda e: e.required("", "y"), "line 1: a: has no y"),
        (lambda e: e.number("", "x"), "line 1: a: x is no number: 'one'"),
        (lambda e: e.number("", "z"), "line 1: a: z is not finite"),
    ],
)
def test_what_an_element_lacks_is_said(call, problem):
    with pytest.raises(GateError, match=problem):
        call(parse_xml(b'<a x="one" z="nan"/>'))
