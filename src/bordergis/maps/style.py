"""How everything on the map looks: the only place for colours.

The hues are those of Okabe and Ito, which stay apart for colour-blind readers, on greys; and never a hue alone: every
value has its own shape, mark, dash or hatch too. No hue stands for a country, and every mapped border line looks alike.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AREAS", "BASE", "GLYPHS", "INCIDENT_LOOKS", "LAND_CLASSES", "LAND_COLOURS", "LINES", "TOKENS", "css_tokens"]

# Okabe, M. and Ito, K. (2008): Color Universal Design.
BLACK: Final = "#1a1a1a"
ORANGE: Final = "#e69f00"
SKY: Final = "#56b4e9"
GREEN: Final = "#009e73"
BLUE: Final = "#0072b2"
VERMILION: Final = "#d55e00"
PURPLE: Final = "#cc79a7"
WHITE: Final = "#ffffff"
GREY: Final = "#6b6b6b"
SLATE: Final = "#3d4451"
LINE: Final = "#3f3f46"
ROAD: Final = "#9a8f7d"

TOKENS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "ink": "#1c2126",
        "ink-soft": "#4d555e",
        "paper": "#ffffff",
        "paper-soft": "#f3f4f2",
        "sea": "#e9ecec",
        "rule": "#cdd2d4",
        "accent": "#0b5c8a",
        "accent-soft": "#e4eff5",
        "focus": "#b34700",
        "note": "#fdf3dc",
        "shade": "rgba(20, 26, 32, 0.22)",
        "label-halo": "rgba(255, 255, 255, 0.88)",
    }
)
"""Named colours of the page; the style sheet knows them as ``--name``."""

Glyph = dict[str, str | float]


def _glyph(shape: str, mark: str, colours: tuple[str, str, str], size: float) -> Glyph:
    fill, stroke, ink = colours
    return {"shape": shape, "mark": mark, "fill": fill, "stroke": stroke, "ink": ink, "size": size}


CHANGES: Final[Mapping[str, Glyph]] = MappingProxyType(
    {
        f"{way}{suffix}": _glyph(frame, sign, (hue, BLACK, WHITE), 21)
        for way, frame, sign in (("came", "hoop", "added"), ("went", "frame", "taken"), ("turned", "tilted", "turned"))
        for suffix, hue in (("", ORANGE), ("_other", GREY))
    }
)
"""Frames round what changed: by shape and sign whether it came, went or turned; grey where nobody reported it since."""

GLYPHS: Final[Mapping[str, Mapping[str, Glyph]]] = MappingProxyType(
    {
        "villages": {
            "inaccessible": _glyph("circle", "cross", (BLACK, WHITE, WHITE), 14),
            "restricted": _glyph("circle", "half", (WHITE, BLACK, ORANGE), 13),
            "possible": _glyph("circle", "hatch", (WHITE, BLACK, BLACK), 13),
            "reachable": _glyph("hexagon", "tick", (BLUE, WHITE, WHITE), 14),
            "unknown": _glyph("circle", "question", (WHITE, GREY, GREY), 12),
        },
        "checkpoints": {
            "open": _glyph("square", "tick", (WHITE, BLUE, BLUE), 15),
            "restricted": _glyph("square", "half", (WHITE, BLACK, ORANGE), 15),
            "closed": _glyph("square", "bar", (VERMILION, BLACK, WHITE), 15),
            "unknown": _glyph("square", "question", (WHITE, BLACK, BLACK), 15),
        },
        "incidents": {
            "fire": _glyph("triangle", "none", (VERMILION, WHITE, WHITE), 13),
            "clash": _glyph("star", "none", (VERMILION, WHITE, WHITE), 14),
            "air": _glyph("chevron", "none", (VERMILION, WHITE, WHITE), 13),
            "explosive": _glyph("pentagon", "bang", (PURPLE, BLACK, BLACK), 14),
            "other": _glyph("plus", "none", (SLATE, WHITE, WHITE), 12),
        },
        "visits": {"visit": _glyph("diamond", "eye", (SKY, BLACK, BLACK), 19)},
        "places": {
            "town": _glyph("circle", "none", (SLATE, WHITE, WHITE), 7),
            "bridge": _glyph("bridge", "none", (SLATE, WHITE, WHITE), 13),
            "other": _glyph("square", "none", (SLATE, WHITE, WHITE), 7),
        },
        "heritage": {"heritage": _glyph("temple", "none", (GREEN, WHITE, WHITE), 13)},
        "facilities": {
            "school": _glyph("house", "none", (BLUE, WHITE, WHITE), 13),
            "health": _glyph("square", "plus", (WHITE, BLUE, BLUE), 14),
            "other": _glyph("house", "dot", (WHITE, SLATE, SLATE), 13),
        },
        "closure_spots": {"closed": _glyph("circle", "bar", (VERMILION, BLACK, WHITE), 14)},
        "hazard_spots": {"spot": _glyph("diamond", "bang", (PURPLE, BLACK, BLACK), 15)},
        "chainage": {"tick": _glyph("square", "none", (WHITE, BLACK, BLACK), 5)},
        "extra": {"extra": _glyph("circle", "dot", (WHITE, SLATE, SLATE), 11), **CHANGES},
    }
)
"""Glyphs by layer and look: a shape and a mark as well as a colour; sizes in CSS pixels."""

INCIDENT_LOOKS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "indirect_fire": "fire",
        "naval_fire": "fire",
        "armed_clash": "clash",
        "small_arms_fire": "clash",
        "air_strike": "air",
        "uav": "air",
        "landmine": "explosive",
        "ordnance_find": "explosive",
        "uxo_contamination": "explosive",
        "uxo_find": "explosive",
    }
)
"""Which incident category takes which glyph; every other category takes ``other``."""

Stroke = dict[str, str | float | list[float] | list[int]]

LINES: Final[Mapping[str, Stroke]] = MappingProxyType(
    {
        "border": {"stroke": LINE, "width": 1.8, "dash": [7, 4]},
        "sectors": {"stroke": BLUE, "width": 4.0, "dash": [2, 6]},
        "roads": {"stroke": ROAD, "width": 1.4, "dash": []},
        "obstacles": {"stroke": BLACK, "width": 2.2, "dash": [1, 4]},
        "closures": {"stroke": VERMILION, "width": 4.0, "dash": [6, 3]},
        "extra": {"stroke": SLATE, "width": 2.0, "dash": []},
        **{
            f"{way}{suffix}": {"stroke": hue, "width": 7.0, "dash": dash}
            for way, dash in (("came", []), ("went", [2, 5]), ("turned", [12, 5]))
            for suffix, hue in (("", ORANGE), ("_other", GREY))
        },
    }
)
"""Lines by look. Every mapped border line is ``border``: one hue, one weight, one dash."""

AREAS: Final[Mapping[str, Stroke]] = MappingProxyType(
    {
        "definite": {
            "stroke": VERMILION,
            "width": 1.8,
            "dash": [],
            "fill": VERMILION,
            "alpha": 0.26,
        },
        "possible": {"stroke": VERMILION, "width": 1.1, "dash": [4, 4], "fill": ORANGE, "alpha": 0.07, "hatch": VERMILION},
        "designated": {"stroke": BLUE, "width": 1.6, "dash": [9, 3, 2, 3], "fill": BLUE, "alpha": 0.08},
        "hazards": {"stroke": BLACK, "width": 1.8, "dash": [], "fill": PURPLE, "alpha": 0.18, "hatch": BLACK},
        "restricted": {"stroke": BLACK, "width": 1.8, "dash": [10, 4], "fill": ORANGE, "alpha": 0.14},
        "closures": {"stroke": VERMILION, "width": 2.2, "dash": [6, 3], "fill": VERMILION, "alpha": 0.10, "hatch": BLACK},
        "camps": {
            "stroke": GREEN,
            "width": 1.4,
            "dash": [6, 3],
            "fill": GREEN,
            "alpha": 0.12,
            "hatch": GREEN,
            "dotted": True,
            "apart": True,
        },
        "precision": {"stroke": SLATE, "width": 1.0, "dash": [2, 3], "fill": SLATE, "alpha": 0.06},
        "extra": {"stroke": SLATE, "width": 1.4, "dash": [], "fill": SLATE, "alpha": 0.08},
        **{
            f"{way}{suffix}": {"stroke": hue, "width": 3.2, "dash": dash, "fill": hue, "alpha": 0.10, **hatched}
            for way, dash, hatched in (("came", [], {"hatch": BLACK}), ("went", [3, 5], {}), ("turned", [12, 5], {"hatch": BLACK}))
            for suffix, hue in (("", ORANGE), ("_other", GREY))
        },
    }
)
"""Areas by look: rim, dash, fill and its opacity (0 to 1), hatch and whether it is of dots; whether overlapping discs keep each its rim."""

LAND_COLOURS: Final[Mapping[str, tuple[int, int, int]]] = MappingProxyType(
    {
        "water": (214, 226, 233),
        "forest": (222, 231, 217),
        "shrub": (233, 236, 222),
        "grass": (240, 240, 228),
        "crops": (246, 242, 230),
        "wetland": (216, 229, 226),
        "urban": (228, 223, 219),
        "bare": (240, 238, 234),
    }
)
"""Muted red, green, blue of each group of land cover."""

LAND_CLASSES: Final[Mapping[int, str]] = MappingProxyType(
    {
        0: "water",
        **dict.fromkeys(range(1, 6), "forest"),
        **dict.fromkeys((6, 7, 8), "shrub"),
        **dict.fromkeys((9, 10), "grass"),
        11: "wetland",
        **dict.fromkeys((12, 14), "crops"),
        13: "urban",
        15: "bare",
        16: "bare",
        17: "water",
    }
)
"""IGBP class (as in MCD12C1) to group; woody savannas go with shrub, croplands and their mosaic together."""


BASE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "water": "#cfdfe8", "river": "#a9c6d6", "province": "#8b9197", "province-name": "#5c666f",
        "water-name": "#3d6a86", "beyond": "#d9dbd9", "beyond-hatch": "#c3c7c6", "beyond-name": "#4d555e",
        "name-halo": "#ffffff99",
    }
)  # fmt: skip
"""Colours of the base map's shapes and names: muted, for they stay behind; beyond it nothing looks like land or water."""


def css_tokens() -> str:
    """Write the named colours as one CSS rule.

    Examples
    --------
    >>> css_tokens()[:20]
    ':root{--ink:#1c2126;'
    """
    return ":root{" + "".join(f"--{name}:{value};" for name, value in TOKENS.items()) + "}"
