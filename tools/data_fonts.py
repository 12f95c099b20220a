"""Khmer and Thai letters for maps: one weight, one script a file, cut from the variable fonts of Noto."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

if TYPE_CHECKING:
    from data_packages import Packages

REGULAR = {"wdth": 100, "wght": 400}
SHARED = (0x20, 0x200B, 0x200C, 0x200D, 0x25CC)  # space, breaks and joiners, and the dotted circle that carries a lone vowel sign


@dataclass(frozen=True)
class Script:
    """Where the font of a script lies, and the letters of the script."""

    source: str
    member: str
    blocks: tuple[range, ...]


SCRIPTS = {
    "khmer": Script(
        "noto-khmer", "fontpkg_noto_sans_khmer/files/NotoSansKhmer[wdth,wght].ttf", (range(0x1780, 0x1800), range(0x19E0, 0x1A00))
    ),
    "thai": Script("noto-thai", "fontpkg_noto_sans_thai/files/NotoSansThai[wdth,wght].ttf", (range(0x0E00, 0x0E80),)),
}


def build_font(packages: Packages, name: str) -> bytes:
    """Cut the whole script, with every rule of its shaping, in the regular weight, as WOFF."""
    script = SCRIPTS[name]
    font = instantiateVariableFont(TTFont(io.BytesIO(packages.member(script.source, script.member)), recalcTimestamp=False), REGULAR)
    options = subset.Options(layout_features=["*"], hinting=False, name_IDs=["*"])
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[*SHARED, *(letter for block in script.blocks for letter in block)])
    cutter.subset(font)
    font.flavor = "woff"
    file = io.BytesIO()
    font.save(file)
    return file.getvalue()
