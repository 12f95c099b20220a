"""The page as one file: markup, style sheets, scripts and data, and a policy that lets nothing else run or load."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from bordergis.maps.extras import Extras, origin_of
from bordergis.maps.island import split_island
from bordergis.maps.style import css_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["assemble", "in_language", "leaflet_icons"]

GUARD = "guard.js"
POPUPS = "folium-popups.js"
COMMENT = re.compile(r"^[ \t]*/\*(?:(?!\*/).)*\*/[ \t]*\n", re.DOTALL | re.MULTILINE)
"""A comment on lines of its own; it is for those who read the sources, and a fifth of the script."""


def assemble(island: Mapping[str, Any], extras: Extras | None = None) -> str:
    """Put the page together.

    Parameters
    ----------
    island
        The data of the page; its text is only ever written as escaped JSON or compressed (and the title,
        entity-encoded, in the head). ``fonts``, a style sheet, becomes one of the page.
    extras
        What the analyst's own folium layers add.

    Returns
    -------
    str
        The whole file. The same input gives the same bytes.
    """
    extras = Extras() if extras is None else extras
    guard = _static(GUARD)
    scripts = [_leaflet_script(), _page_script(), *([_static(POPUPS)] if extras.needs_popups else [])]
    styles = [_leaflet_style(), *filter(None, [island.get("fonts")]), css_tokens() + "\n" + _static("page.css")]
    words = island["words"][island["language"]]
    parts = {name: part for name, part in island.items() if name != "fonts"}
    start, packed = split_island({**parts, "words": _packed_words(island["words"])})
    page = Template(_read("templates", "page.html"))
    return page.substitute(
        language=escape(island["language"]),
        policy=_policy([guard, *scripts, *extras.inline_scripts], [*styles, *extras.inline_styles], extras),
        title=_plain(in_language(island["page"]["title"], island["language"])),
        no_script=_plain(words["page.no_script"]),
        failed=_plain(words["page.failed"]),
        old_browser=_old_browser(island["words"]),
        guard=guard,
        map_id=escape(island["map_id"]),
        styles="\n".join(f"<style>{style}</style>" for style in styles),
        start=start,
        island=packed,
        scripts="\n".join(f"<script>{script}</script>" for script in scripts),
        extra_header=extras.header,
        extra_body=extras.body,
        extra_script=f"<script>{extras.script}</script>" if extras.script else "",
    )


@cache
def leaflet_icons() -> dict[str, str]:
    """Give Leaflet's marker pictures as ``data:`` URIs, for markers that the analyst adds."""
    return {
        "iconUrl": _data_uri("marker-icon.png"),
        "iconRetinaUrl": _data_uri("marker-icon-2x.png"),
        "shadowUrl": _data_uri("marker-shadow.png"),
    }


def _policy(scripts: Iterable[str], styles: Iterable[str], extras: Extras) -> str:
    """Write the content policy: these very scripts and styles, and no address but those the analyst's layers want."""
    origins = list(dict.fromkeys(origin_of(address) for address in extras.online))
    rules = {
        "default-src": ["'none'"],
        "script-src": [*(_digest(script) for script in scripts), *origins],
        "style-src": [*(_digest(style) for style in styles), *origins],
        "style-src-attr": ["'unsafe-inline'"] if extras.script or extras.body else ["'none'"],
        "img-src": ["data:", *origins],
        "font-src": ["data:", *origins],
        "connect-src": origins or ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
    }
    return "; ".join(" ".join([name, *values]) for name, values in rules.items())


def in_language(text: str | Mapping[str, str], language: str) -> str:
    """Give words that are one text, or one for each language.

    Examples
    --------
    >>> in_language({"en": "water", "th": "น้ำ"}, "th"), in_language("the analyst's own", "th")
    ('น้ำ', "the analyst's own")
    """
    return text if isinstance(text, str) else text[language]


def _packed_words(words: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Pack the tables of words with their keys once: they lie too far apart for the compression to see that they repeat."""
    keys = list(next(iter(words.values())))
    return {"keys": keys, "texts": {language: [table[key] for key in keys] for language, table in words.items()}}


def _old_browser(words: Mapping[str, Mapping[str, str]]) -> str:
    """Say it in every language: where no script runs, a reader cannot choose one."""
    return "".join(f'<p lang="{language}">{_plain(table["page.old_browser"])}</p>' for language, table in words.items())


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def _plain(text: str) -> str:
    return escape(text.encode("utf-8", "replace").decode("utf-8"))


@cache
def _page_script() -> str:
    names = sorted(part.name for part in files("bordergis.maps").joinpath("static").iterdir() if part.name[0].isdigit())
    parts = "\n".join(_static(name) for name in names)
    return f"(() => {{\n'use strict';\n{COMMENT.sub('', parts)}\n}})();\n"


@cache
def _leaflet_script() -> str:
    return re.sub(r"\n//# sourceMappingURL=\S+\s*$", "\n", _leaflet("leaflet.js").decode("utf-8").replace("\r\n", "\n"))


@cache
def _leaflet_style() -> str:
    style = _leaflet("leaflet.css").decode("utf-8").replace("\r\n", "\n")
    return re.sub(r"url\(images/([\w-]+\.png)\)", lambda hit: f"url({_data_uri(hit[1])})", style)


def _data_uri(picture: str) -> str:
    return "data:image/png;base64," + base64.b64encode(_leaflet(f"images/{picture}")).decode("ascii")


def _leaflet(name: str) -> bytes:
    from xstatic.pkg import leaflet  # noqa: PLC0415  Leaflet's own files, from the installed package

    return Path(leaflet.BASE_DIR, name).read_bytes()


def _static(name: str) -> str:
    return _read("static", name)


@cache
def _read(folder: str, name: str) -> str:
    return files("bordergis.maps").joinpath(folder, name).read_text(encoding="utf-8")
