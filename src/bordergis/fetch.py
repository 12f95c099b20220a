"""Bring public data to this machine: the only part of bordergis that uses the network, and only when asked."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import platformdirs

from bordergis.datasets import path, require_known
from bordergis.errors import DataMissingError, FetchError

if TYPE_CHECKING:
    import os

__all__ = ["cached", "fetch", "public_sources"]


def public_sources() -> pd.DataFrame:
    """List the public data that can be fetched, with licence and size.

    Examples
    --------
    >>> public_sources().loc["geonames-kh", "licence"]
    'CC-BY-4.0'
    """
    with path("facts/public_sources.toml").open("rb") as file:
        return pd.DataFrame(tomllib.load(file)["public"]).set_index("id")


def fetch(name: str, *, cache: str | os.PathLike[str] | None = None, url: str | None = None, progress: bool = False) -> Path:
    """Download one public source into the cache folder, and give its path.

    A file that arrives incomplete or with the wrong hash never takes the place of a good one.

    Parameters
    ----------
    name
        An id of :func:`public_sources`.
    cache
        The folder; by default the user's cache folder.
    url
        Another address of the same file, such as a mirror.
    progress
        Whether to show a progress bar.

    Returns
    -------
    pathlib.Path
        The file in the cache.

    Raises
    ------
    UnknownNameError
        If the source is not known.
    FetchError
        If it cannot be fetched; the message says what to download by hand and where to put it.

    Examples
    --------
    >>> fetch("geonames-kh")  # doctest: +SKIP
    """
    import pooch  # noqa: PLC0415  with requests, 0.2 s: only when something is fetched
    import requests  # noqa: PLC0415

    source = _source(name)
    folder = _folder(cache)
    target = folder / str(source["file"])
    address = url or str(source["url"])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f"{target.name}.part"
        pooch.HTTPDownloader(progressbar=progress, timeout=60)(address, str(draft), None)
        _require_hash(draft, source.get("sha256"))
        draft.replace(target)
    except (requests.RequestException, ValueError, OSError) as fault:
        raise FetchError(
            f"Could not fetch {name} ({fault}). Without a network: download {source['url']} elsewhere and put it at {target}."
        ) from fault
    return target


def cached(name: str, *, cache: str | os.PathLike[str] | None = None) -> Path:
    """Give the path of a source that was fetched before.

    Raises
    ------
    UnknownNameError
        If the source is not known.
    DataMissingError
        If it was not fetched; the message says how to.
    """
    source = _source(name)
    target = _folder(cache) / str(source["file"])
    if not target.is_file():
        raise DataMissingError(
            f"{name} is not on this machine; run `bordergis data fetch {name}`, or download {source['url']} and put it at {target}."
        )
    return target


def _source(name: str) -> dict[str, Any]:
    known = public_sources()
    require_known("public source", name, set(known.index))
    return {str(key): value for key, value in known.loc[name].dropna().items()}


def _folder(cache: str | os.PathLike[str] | None) -> Path:
    return Path(cache) if cache is not None else platformdirs.user_cache_path("bordergis")


def _require_hash(file: Path, sha256: str | None) -> None:
    import pooch  # noqa: PLC0415

    if sha256 is not None and pooch.file_hash(str(file)) != sha256:
        raise ValueError(f"its hash is {pooch.file_hash(str(file))}, expected {sha256}")
