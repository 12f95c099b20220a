"""Roads as a network: travel times to named targets, and what cuts them."""

from bordergis.network.barriers import crossing_barriers, obstacle_barriers, zone_barriers
from bordergis.network.closures import closure_barriers
from bordergis.network.critical import critical_edges
from bordergis.network.friction import load_walking_speeds, walking_minutes
from bordergis.network.graph import RoadNetwork, build_network
from bordergis.network.joining import join_roads
from bordergis.network.reconnect import closures_responsible, cut_off_by_position
from bordergis.network.snapping import place_on_network
from bordergis.network.speeds import load_speeds
from bordergis.network.times import Route, TravelTimes, route, travel_times

__all__ = [
    "RoadNetwork",
    "Route",
    "TravelTimes",
    "build_network",
    "closure_barriers",
    "closures_responsible",
    "critical_edges",
    "crossing_barriers",
    "cut_off_by_position",
    "join_roads",
    "load_speeds",
    "load_walking_speeds",
    "obstacle_barriers",
    "place_on_network",
    "route",
    "travel_times",
    "walking_minutes",
    "zone_barriers",
]
