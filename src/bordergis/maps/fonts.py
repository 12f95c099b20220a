"""Khmer and Thai letters for pages and plots: cut from Noto, embedded with the data."""

from __future__ import annotations

import base64
import tempfile
from functools import cache
from pathlib import Path

from bordergis import datasets

__all__ = ["SCRIPTS", "font_faces", "register_fonts"]

SCRIPTS = {"khmer": ("Noto Sans Khmer", "U+1780-17FF,U+19E0-19FF"), "thai": ("Noto Sans Thai", "U+0E00-0E7F")}
"""Each script's family, and the letters it is asked for."""


@cache
def font_faces() -> str:
    """Give the style rules that carry the letters inside the page.

    Examples
    --------
    >>> font_faces().count("@font-face")
    2
    """
    rule = '@font-face{{font-family:"{}";src:url(data:font/woff;base64,{}) format("woff");unicode-range:{};font-display:block}}'
    return "".join(
        rule.format(family, base64.b64encode(_file(script).read_bytes()).decode("ascii"), letters)
        for script, (family, letters) in SCRIPTS.items()
    )


@cache
def register_fonts() -> tuple[str, ...]:
    """Make the letters known to matplotlib, which reads no WOFF, and give the families to ask for.

    Examples
    --------
    >>> register_fonts()
    ('DejaVu Sans', 'Noto Sans Khmer', 'Noto Sans Thai')
    """
    from fontTools.ttLib import TTFont  # noqa: PLC0415  comes with matplotlib; 0.2 s
    from matplotlib import font_manager  # noqa: PLC0415

    for script in SCRIPTS:
        unpacked = Path(tempfile.mkdtemp(prefix="bordergis-")) / f"{script}.ttf"
        font = TTFont(_file(script))
        font.flavor = None
        font.save(unpacked)
        font_manager.fontManager.addfont(unpacked)
    return ("DejaVu Sans", *(family for family, _ in SCRIPTS.values()))


def _file(script: str) -> Path:
    return datasets.path(f"built/noto-sans-{script}.woff")
