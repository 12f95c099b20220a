"""The map: one HTML file, drawn by itself, that loads nothing from the network."""

from bordergis.maps.map import SituationMap, situation_map

__all__ = ["SituationMap", "situation_map"]
