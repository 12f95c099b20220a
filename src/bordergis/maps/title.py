"""The title block: what a map must say of itself wherever it goes."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bordergis.datasets import TIME_ZONE
from bordergis.errors import MissingTextError
from bordergis.words import as_heading, day_in_words, period_in_words

if TYPE_CHECKING:
    from bordergis.situation import Situation
    from bordergis.words import Words

__all__ = ["TitleBlock", "title_lines"]


@dataclass(frozen=True, kw_only=True)
class TitleBlock:
    """What the title block says, where it should not be the default.

    Attributes
    ----------
    title, area
        Words in the place of the default ones.
    glide
        The disaster's GLIDE number (glidenumber.net), if it has one.
    created
        The day the map was made; by default today, local (UTC+7), or the day that ``SOURCE_DATE_EPOCH`` names. Of one day, the same
        input gives the same bytes.
    disclaimer
        Words in the place of the default disclaimer. They cannot be empty.

    Raises
    ------
    MissingTextError
        If the title, the area or the disclaimer is given and empty.

    Examples
    --------
    >>> TitleBlock(glide="CE-2025-000123-KHM").glide
    'CE-2025-000123-KHM'
    >>> TitleBlock(disclaimer=" ")
    Traceback (most recent call last):
    ...
    bordergis.errors.MissingTextError: The disclaimer is empty. A map needs one: give your own words, or leave it out for the default.
    """

    title: str | None = None
    area: str | None = None
    glide: str | None = None
    created: dt.date | None = None
    disclaimer: str | None = None

    @property
    def day(self) -> dt.date:
        """The day the map was made."""
        return self.created or _today()

    def __post_init__(self) -> None:
        """Refuse a title block without its words."""
        for name in ("title", "area", "disclaimer"):
            text = getattr(self, name)
            if text is not None and not text.strip():
                raise MissingTextError(f"The {name} is empty. A map needs one: give your own words, or leave it out for the default.")


def title_lines(situation: Situation, words: Words, block: TitleBlock) -> dict[str, str]:
    """Say everything the title block says, by the name of its line.

    Returns
    -------
    dict
        ``title``, ``area``, ``as_of``, ``period``, ``created``, ``glide`` (empty if there is none), ``gap`` and ``disclaimer``.
    """
    return {
        "title": block.title or words["page.title"],
        "area": block.area or words["page.area"],
        "as_of": day_in_words(situation.date, words),
        "period": as_heading(period_in_words(situation.period, situation.periods, words)),
        "created": day_in_words(block.day, words),
        "glide": block.glide or "",
        "gap": words["gap.text"],
        "disclaimer": block.disclaimer or words["page.disclaimer"],
    }


def _today() -> dt.date:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")  # the way builds that must repeat say their time (reproducible-builds.org)
    zone = ZoneInfo(TIME_ZONE)
    return dt.datetime.fromtimestamp(int(epoch), zone).date() if epoch else dt.datetime.now(zone).date()
