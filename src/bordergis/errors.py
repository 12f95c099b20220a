"""Every error and warning of bordergis.

Each error is also the built-in kind it is, so that code that knows nothing of bordergis catches it too. A message says what was
expected, what came, and what to do.
"""

from __future__ import annotations

__all__ = [
    "BorderGISError",
    "BrowserMissingError",
    "CRSMismatchError",
    "CoarseLineError",
    "DataMissingError",
    "FetchError",
    "GeometryKindError",
    "MissingCRSError",
    "MissingTextError",
    "OnlineAssetsWarning",
    "OutputError",
    "ProvenanceError",
    "RuleError",
    "SavedFileError",
    "SchemaError",
    "UnitError",
    "UnknownNameError",
]


class BorderGISError(Exception):
    """The root of every error raised by bordergis."""


class MissingCRSError(BorderGISError, ValueError):
    """A layer does not say which coordinate system its numbers are in."""


class CRSMismatchError(BorderGISError, ValueError):
    """Two layers, or a layer and its contract, differ in coordinate system."""


class GeometryKindError(BorderGISError, TypeError):
    """A layer holds geometries of a kind the function cannot measure."""


class SchemaError(BorderGISError, ValueError):
    """A layer breaks its contract; the message names every bad row."""


class UnitError(BorderGISError, ValueError):
    """A length is negative, not finite, or has no unit."""


class RuleError(BorderGISError, ValueError):
    """A zone rule is incomplete, has no source, or does not cover a category."""


class CoarseLineError(BorderGISError, ValueError):
    """A distance finer than the border line supports was asked for."""


class ProvenanceError(BorderGISError, ValueError):
    """A source is named that the registry does not know."""


class UnknownNameError(BorderGISError, KeyError):
    """A layer, checkpoint, source or rule of this name does not exist."""

    def __str__(self) -> str:
        """Show the message as it is (``KeyError`` would quote it)."""
        return str(self.args[0]) if self.args else ""


class DataMissingError(BorderGISError, FileNotFoundError):
    """A file that should be there is not; the message says how to get it."""


class BrowserMissingError(BorderGISError, RuntimeError):
    """The browser that draws a map as a picture, or what drives it, is not there; the message says how to get it."""


class FetchError(BorderGISError, OSError):
    """A public source could not be fetched; the message says what to download by hand and where to put it."""


class SavedFileError(BorderGISError, ValueError):
    """A saved situation was changed, was cut short, or is none."""


class OutputError(BorderGISError, OSError):
    """A result could not be written; nothing was left half-written."""


class MissingTextError(BorderGISError, ValueError):
    """A text that a map must carry is empty."""


class OnlineAssetsWarning(UserWarning):
    """A layer added by the analyst wants files from the network; the map will not show it offline."""
