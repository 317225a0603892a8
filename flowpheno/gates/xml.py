"""XML by strangers: no document type, no entities, nothing fetched, bounded, with line numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from xml.sax import SAXException, SAXParseException
from xml.sax.handler import ContentHandler, feature_namespaces

import defusedxml.sax
from defusedxml.common import DefusedXmlException

from flowpheno.errors import GateError

if TYPE_CHECKING:
    from pathlib import Path
    from xml.sax.xmlreader import AttributesNSImpl, Locator

MAXIMUM_BYTES = 50_000_000
"""Larger files are refused unread: the largest workspaces of a laboratory stay below."""

_MOST_ELEMENTS = 1_000_000
_DEEPEST = 200


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Element:
    """An element, with its line.

    Attributes
    ----------
    space, name : str
        Namespace (empty for none) and local name.
    attributes : mapping of (str, str) to str
        By namespace and local name.
    line : int
        Where it begins, from 1.
    children : list of Element
        In order.
    text : list of str
        Character data directly in it.
    """

    space: str
    name: str
    attributes: dict[tuple[str, str], str]
    line: int
    children: list[Element] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def fail(self, problem: str) -> NoReturn:
        """Refuse the element.

        Parameters
        ----------
        problem : str
            What is wrong.

        Raises
        ------
        GateError
            Always; names the line.
        """
        raise GateError(f"line {self.line}: {self.name}: {problem}")

    def find_all(self, space: str, name: str) -> list[Element]:
        """Find children by name.

        Parameters
        ----------
        space, name : str
            Namespace and local name.

        Returns
        -------
        list of Element
            In order; empty if there is none.
        """
        return [c for c in self.children if c.name == name and c.space == space]

    def one(self, space: str, name: str) -> Element:
        """Find the only child of a name.

        Parameters
        ----------
        space, name : str
            Namespace and local name.

        Returns
        -------
        Element
            The child.

        Raises
        ------
        GateError
            If there is none, or there are several.
        """
        found = self.find_all(space, name)
        if len(found) != 1:
            self.fail(f"needs one {name}, has {len(found)}")
        return found[0]

    def optional(self, space: str, name: str) -> str | None:
        """Read an attribute.

        Parameters
        ----------
        space, name : str
            Namespace and local name; one without a namespace is taken too.

        Returns
        -------
        str or None
            Its value; None if it is not there.
        """
        found = self.attributes.get((space, name))
        return self.attributes.get(("", name)) if found is None else found

    def required(self, space: str, name: str) -> str:
        """Read an attribute that must be there.

        Parameters
        ----------
        space, name : str
            Namespace and local name.

        Returns
        -------
        str
            Its value, not blank.

        Raises
        ------
        GateError
            If it is not there.
        """
        value = self.optional(space, name)
        if value is None or not value.strip():
            self.fail(f"has no {name}")
        return value

    def number(self, space: str, name: str) -> float:
        """Read an attribute that must be a number.

        Parameters
        ----------
        space, name : str
            Namespace and local name.

        Returns
        -------
        float
            Finite.

        Raises
        ------
        GateError
            If it is not there or no finite number.
        """
        return self.parse(self.required(space, name), name)

    def parse(self, written: str, name: str) -> float:
        """Read a number.

        Parameters
        ----------
        written : str
            As in the file.
        name : str
            What it is.

        Returns
        -------
        float
            Finite.

        Raises
        ------
        GateError
            If it is no finite number.
        """
        try:
            value = float(written)
        except ValueError:
            self.fail(f"{name} is no number: {written[:40]!r}")
        if not abs(value) < float("inf"):
            self.fail(f"{name} is not finite")
        return value


class _Builder(ContentHandler):
    """Keep elements; refuse what no strategy is like."""

    def __init__(self, where: Locator) -> None:
        super().__init__()
        self._where = where
        self.top: list[Element] = []
        self._open: list[Element] = []
        self._n = 0

    def startElementNS(  # noqa: N802 - SAX's name
        self, name: tuple[str | None, str], qname: str | None, attrs: AttributesNSImpl
    ) -> None:
        del qname
        line = self._where.getLineNumber() or 0
        attributes = {(space or "", key): value for (space, key), value in attrs.items()}
        element = Element(space=name[0] or "", name=name[1], attributes=attributes, line=line)
        self._n += 1
        if self._n > _MOST_ELEMENTS or len(self._open) >= _DEEPEST:
            element.fail("too many elements, or too deeply nested, for a gating strategy")
        (self._open[-1].children if self._open else self.top).append(element)
        self._open.append(element)

    def endElementNS(self, name: object, qname: object) -> None:  # noqa: N802 - SAX's name
        del name, qname
        self._open.pop()

    def characters(self, content: str) -> None:
        if self._open and content.strip():
            self._open[-1].text.append(content)


def read_xml(path: Path) -> Element:
    """Read an XML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Element
        Its outermost element; nothing outside the file was looked at.

    Raises
    ------
    GateError
        If it cannot be opened, is larger than `MAXIMUM_BYTES`, is not well formed, declares a
        document type or an entity, or is nested beyond reason.
    """
    content = read_bounded(path)
    try:
        return parse_xml(content)
    except GateError as error:
        raise GateError(f"{path}: {error}") from error


def read_bounded(path: Path) -> bytes:
    """Read a file that is not too large.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        All of it.

    Raises
    ------
    GateError
        If it cannot be opened or is larger than `MAXIMUM_BYTES`.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        raise GateError(f"{path}: cannot be read: {error.strerror or error}") from error
    if len(content) > MAXIMUM_BYTES:
        raise GateError(f"{path}: larger than {MAXIMUM_BYTES} bytes")
    return content


def parse_xml(content: bytes) -> Element:
    """Read XML.

    Parameters
    ----------
    content : bytes
        A document.

    Returns
    -------
    Element
        Its outermost element.

    Raises
    ------
    GateError
        If it is not well formed, declares a document type or an entity, or is nested beyond
        reason; says in which line.
    """
    parser = defusedxml.sax.make_parser()
    builder = _Builder(parser)
    parser.forbid_dtd = True
    parser.setFeature(feature_namespaces, True)  # noqa: FBT003 - SAX's signature
    parser.setContentHandler(builder)
    try:
        parser.feed(content)
        parser.close()
    except GateError:
        raise
    except DefusedXmlException as error:
        raise GateError(
            f"line {parser.getLineNumber()}: a document type or an entity is declared, which "
            "no gating strategy needs"
        ) from error
    except SAXParseException as error:
        raise GateError(f"line {error.getLineNumber()}: {error.getMessage()}") from error
    except (SAXException, ValueError, LookupError) as error:  # such as an unknown encoding
        raise GateError(f"line 1: is no XML: {error}") from error
    return builder.top[0]
