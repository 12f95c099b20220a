"""What an analyst's own folium layers add to the page: markup, scripts, and what they want from the network."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import folium
from branca.element import Element, Figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Extras", "collect"]

ADDRESS_ATTRIBUTES = ("tiles", "url", "embed_link")
AWESOME_JS = ("awesome_markers",)
AWESOME_CSS = ("glyphicons_css", "awesome_markers_font_css", "awesome_markers_css", "awesome_rotate_css")
BRANCA_META = "meta_http"  # branca's own header element; the page has its own


@dataclass(frozen=True, slots=True)
class Extras:
    """Markup and scripts of the analyst's layers, with every address they would fetch."""

    header: str = ""
    body: str = ""
    script: str = ""
    online: tuple[str, ...] = ()

    @property
    def inline_scripts(self) -> tuple[str, ...]:
        """Every script that stands in the markup itself."""
        return (*_inline(self.header + self.body, "script"), *([self.script] if self.script else []))

    @property
    def inline_styles(self) -> tuple[str, ...]:
        """Every style sheet that stands in the markup itself."""
        return _inline(self.header + self.body, "style")

    @property
    def needs_popups(self) -> bool:
        """Whether folium's popups (``$(markup)``) are used without jQuery."""
        return "$(" in self.script and not any("jquery" in address for address in self.online)


def collect(figure: Figure) -> Extras:
    """Render what hangs on the figure besides the situation map itself.

    Element ids, which folium draws at random, become their number in the tree: the same layers give the same bytes.
    """
    own = {BRANCA_META, *figure._children}  # noqa: SLF001 - branca has no public way to its children
    for child in figure._children.values():  # noqa: SLF001
        child.render()
    header, body, script = (_added(section, own) for section in (figure.header, figure.html, figure.script))
    if not (header or body or script):
        return Extras()
    whole = figure.script.render()
    header = "".join(_stock_links(whole)) + header
    elements = list(_tree(figure))
    online = dict.fromkeys([*_links(header), *(address for element in elements for address in _addresses(element))])
    header, body, script = (_numbered(text, elements) for text in (header, body, whole))
    return Extras(header, body, script, tuple(online))


def origin_of(address: str) -> str:
    """Give the origin of an address for a content policy; a tile server's ``{s}`` becomes a wildcard.

    Examples
    --------
    >>> origin_of("https://{s}.tiles.example/{z}/{x}/{y}.png")
    'https://*.tiles.example'
    """
    parts = urlsplit(address if "//" not in address[:2] else f"https:{address}")
    host = re.sub(r"[^\w.*:-]", "", parts.netloc.replace("{s}", "*"))
    return f"{parts.scheme}://{host}"


def _tree(element: Element, seen: set[int] | None = None) -> Iterator[Element]:
    """Every element below one, each once, in the order of the tree."""
    seen = set() if seen is None else seen
    for child in (*element._children.values(), *vars(element).values()):  # noqa: SLF001
        if isinstance(child, Element) and id(child) not in seen and child is not element._parent:  # noqa: SLF001
            seen.add(id(child))
            yield child
            yield from _tree(child, seen)


def _added(section: Element, own: set[str]) -> str:
    """Render the parts of a section that are not the map's own."""
    return "".join(part.render() for name, part in section._children.items() if name not in own)  # noqa: SLF001


def _numbered(text: str, elements: Iterable[Element]) -> str:
    numbers = {element._id: f"e{number}" for number, element in enumerate(elements)}  # noqa: SLF001
    return re.sub(r"[0-9a-f]{32}", lambda hit: numbers.get(hit[0], hit[0]), text).replace("\r\n", "\n").replace("\r", "\n")


def _addresses(element: Element) -> Iterator[str]:
    """Addresses a layer would fetch once the map is drawn: tiles, pictures, data."""
    for name in ADDRESS_ATTRIBUTES:
        value = getattr(element, name, None)
        if isinstance(value, str) and re.match(r"(https?:)?//", value):
            yield value


def _stock_links(script: str) -> Iterator[str]:
    """Links that folium gives every map and that its icons need."""
    if "AwesomeMarkers" not in script:
        return
    yield from (f'<link rel="stylesheet" href="{escape(url)}">' for name, url in folium.Map.default_css if name in AWESOME_CSS)
    yield from (f'<script src="{escape(url)}"></script>' for name, url in folium.Map.default_js if name in AWESOME_JS)


class _Reader(HTMLParser):
    """Collects inline scripts and styles, and addresses of linked ones."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: dict[str, list[str]] = {"script": [], "style": []}
        self.links: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a linked file, or the start of an inline one."""
        address = dict(attrs).get("src") or (dict(attrs).get("href") if tag == "link" else None)
        if address and not address.startswith("data:"):
            self.links.append(address)
        self._inside = tag if tag in self.inline and not dict(attrs).get("src") else ""
        if self._inside:
            self.inline[tag].append("")

    def handle_data(self, data: str) -> None:
        """Take the text of an inline script or style."""
        if self._inside:
            self.inline[self._inside][-1] += data

    def handle_endtag(self, tag: str) -> None:
        """Note its end."""
        if tag == self._inside:
            self._inside = ""


def _read(markup: str) -> _Reader:
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return reader


def _inline(markup: str, tag: str) -> tuple[str, ...]:
    return tuple(_read(markup).inline[tag])


def _links(markup: str) -> list[str]:
    return _read(markup).links
