"""The elements of an OpenStreetMap file, read with pyosmium in one pass a kind.

GDAL reads these files too, but gives a way as a line without the ids of its nodes: where roads meet could then only be guessed from equal
coordinates, and a bridge would join the road below it. pyosmium gives the ids, passes over what is not asked for in compiled code, keeps
only the nodes of the roads in memory, and never looks at another file.
"""

from __future__ import annotations

import functools
import operator
from array import array
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bordergis.errors import SchemaError
from bordergis.readers.osm_graph import Nodes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    import osmium
    from numpy.typing import NDArray

    from bordergis.readers.door import Doorway

    Element = osmium.osm.Node | osmium.osm.Way | osmium.osm.Relation | osmium.osm.Area | osmium.osm.Changeset
    Ints = NDArray[np.int64]

__all__ = ["Elements", "read_elements", "read_nodes"]

STEPS_PER_DEGREE = 10_000_000
"""OpenStreetMap keeps degrees as whole numbers of this size."""

_FORMATS = {"osm": "osm", "osm.pbf": "pbf"}
_KINDS = {"n": "node", "w": "way", "r": "relation"}


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements that have one of the keys asked for.

    Attributes
    ----------
    tags
        A row an element: ``element`` (``node``, ``way`` or ``relation``, slash, id), then a column a tag; missing where there is none.
    refs
        The ids of the nodes they are made of, one element after the other.
    counts
        How many nodes each has.
    """

    tags: pd.DataFrame
    refs: Ints
    counts: Ints


def read_elements(door: Doorway, kinds: str, keys: Collection[str], tags: Sequence[str]) -> Elements:
    """Read the elements with one of some keys.

    Parameters
    ----------
    door
        The file, as it passed the door.
    kinds
        Which kinds: ``w`` for ways, ``nwr`` for nodes, ways and relations.
    keys
        An element must have at least one of these tags.
    tags
        The tags to read.

    Raises
    ------
    SchemaError
        If the file is damaged.
    """
    import osmium  # noqa: PLC0415  only when such a file is read

    bits = {"n": osmium.osm.NODE, "w": osmium.osm.WAY, "r": osmium.osm.RELATION}
    wanted = functools.reduce(operator.or_, (bits[kind] for kind in kinds))
    names: list[str] = []
    values: list[list[str | None]] = [[] for _ in tags]
    refs, counts = array("q"), array("q")
    members: dict[int, list[int]] = {}
    with _readable(door):
        for element in _processor(door, wanted).with_filter(osmium.filter.KeyFilter(*keys)):
            if isinstance(element, osmium.osm.Relation):
                members[len(counts)] = [member.ref for member in element.members if member.type == "w"]
            nodes = _node_ids(element)
            refs.extend(nodes)
            counts.append(len(nodes))
            names.append(f"{_KINDS[element.type_str()]}/{element.id}")
            for cells, tag in zip(values, tags, strict=True):
                cells.append(element.tags.get(tag))
    table = pd.DataFrame({"element": names, **dict(zip(tags, values, strict=True))}, dtype="str")
    found = Elements(table, _numbers(refs), _numbers(counts))
    return _with_members(door, found, members) if members else found


def read_nodes(door: Doorway, node_ids: Ints) -> Nodes:
    """Read the positions of some nodes; those that are not in the file, or have no valid position, are left out.

    Raises
    ------
    SchemaError
        If the file is damaged.
    """
    import osmium  # noqa: PLC0415

    names, xs, ys = array("q"), array("q"), array("q")
    with _readable(door):
        for node in _only(_processor(door, osmium.osm.NODE), node_ids):
            if isinstance(node, osmium.osm.Node) and node.location.valid():
                names.append(node.id)
                xs.append(node.location.x)
                ys.append(node.location.y)
    return Nodes.of(_numbers(names), _numbers(xs) / STEPS_PER_DEGREE, _numbers(ys) / STEPS_PER_DEGREE)


def _with_members(door: Doorway, found: Elements, members: dict[int, list[int]]) -> Elements:
    """Give each relation the nodes of its ways."""
    import osmium  # noqa: PLC0415

    wanted = np.unique(np.fromiter(chain.from_iterable(members.values()), np.int64))
    with _readable(door):
        ways = {way.id: _node_ids(way) for way in _only(_processor(door, osmium.osm.WAY), wanted)}
    parts = np.split(found.refs, np.cumsum(found.counts)[:-1])
    for row, ids in members.items():
        parts[row] = np.fromiter(chain.from_iterable(ways.get(way, []) for way in ids), np.int64)
    return Elements(found.tags, np.concatenate(parts), np.array([len(part) for part in parts], np.int64))


def _node_ids(element: Element) -> list[int]:
    import osmium  # noqa: PLC0415

    if isinstance(element, osmium.osm.Way):
        return [node.ref for node in element.nodes]
    return [element.id] if isinstance(element, osmium.osm.Node) else []


def _processor(door: Doorway, kinds: osmium.osm.osm_entity_bits) -> osmium.FileProcessor:
    """Open the file as the format the door found: left to itself the library would also take addresses."""
    import osmium  # noqa: PLC0415

    return osmium.FileProcessor(osmium.io.File(str(door.path), _FORMATS[door.format]), kinds)


def _only(processor: osmium.FileProcessor, ids: Ints) -> Iterable[Element]:
    """Pass over elements with other ids; in compiled code, unless an editor gave new elements negative ids."""
    import osmium  # noqa: PLC0415

    if not len(ids):
        return []
    if ids.min() >= 0:
        return processor.with_filter(osmium.filter.IdFilter(ids.tolist()))
    wanted = set(ids.tolist())
    return (element for element in processor if element.id in wanted)


@contextmanager
def _readable(door: Doorway) -> Iterator[None]:
    import osmium  # noqa: PLC0415

    try:
        yield
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as fault:
        raise SchemaError(f"{door.path.name}: is a damaged OpenStreetMap file ({fault}); get the file again.") from fault


def _numbers(values: array[int]) -> Ints:
    return np.frombuffer(values, np.int64) if len(values) else np.empty(0, np.int64)
