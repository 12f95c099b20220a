"""Maps: one HTML file, drawn by itself, that loads nothing from the network; and the same on paper."""

from bordergis.maps.changes import changes_map
from bordergis.maps.map import SituationMap, situation_map
from bordergis.maps.plot import plot_situation, save_plot
from bordergis.maps.title import TitleBlock

__all__ = ["SituationMap", "TitleBlock", "changes_map", "plot_situation", "save_plot", "situation_map"]
