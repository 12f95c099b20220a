"""One module a foreign format: a file comes in, a checked layer goes out."""

from bordergis.readers.geonames import from_geonames

__all__ = ["from_geonames"]
