"""Bring public data to this machine: the only part of bordergis that uses the network, and only when asked."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import platformdirs

from bordergis.datasets import path, require_known
from bordergis.errors import DataMissingError, FetchError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import requests

__all__ = ["add", "cached", "fetch", "public_sources"]

TIMEOUT_S = 60.0
"""Longest silence of a server."""

LOCK_WAIT_S = 600.0
"""Longest wait for another process that brings the same file."""

TRIES = 3
"""How often one call goes on after a cut, as long as each try brings something."""

BLOCK_BYTES = 1 << 14
"""What a cut may cost: a block that did not arrive whole is brought again."""
OSM_MARK = b"OSMHeader"
"""Stands in the first bytes of every OpenStreetMap PBF file."""

MD5 = re.compile(r"\b[0-9a-f]{32}\b")
PARTIAL = 206
NOT_FOUND = 404
NOTHING_THERE = 416


def public_sources(*, cache: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """List the public data that can be fetched: what it holds, licence, size, and whether it is on this machine.

    Parameters
    ----------
    cache
        The folder; by default the user's cache folder.

    Returns
    -------
    pandas.DataFrame
        A row a source, by its id; ``cached`` says whether the file is in the folder.

    Examples
    --------
    >>> public_sources().loc["geonames-kh", "licence"]
    'CC-BY-4.0'
    """
    with path("facts/public_sources.toml").open("rb") as file:
        known = pd.DataFrame(tomllib.load(file)["public"]).set_index("id")
    folder = _folder(cache)
    return known.assign(cached=[(folder / name).is_file() for name in known["file"]])


def fetch(name: str, *, cache: str | os.PathLike[str] | None = None, url: str | None = None, progress: bool = False) -> Path:
    """Download one public source into the cache folder, and give its path.

    A download that was cut goes on where it stopped, if the server can and the file there is still the same; else it begins again. A file
    that arrives incomplete, with the wrong hash or as something else (a login page) never takes the place of a good one. A file whose hash
    the publisher fixed for good is not brought twice; every other one is renewed. Two processes do not write one file: the second waits
    for the first and takes its result.

    Parameters
    ----------
    name
        An id of :func:`public_sources`.
    cache
        The folder; by default the user's cache folder.
    url
        Another address of the same file, such as a mirror.
    progress
        Whether to show a progress bar (on the terminal's error channel).

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
    source = _source(name)
    target = _folder(cache) / source.file
    if source.sha256 is not None and target.is_file() and _hash(target, "sha256") == source.sha256:
        return target

    address, before = url or source.url, _stamp(target)
    with _speaking(source, target), _locked(target):
        if _stamp(target) == before:
            draft = target.with_name(f"{target.name}.part")
            with _bar(name, shown=progress) as tell:
                _download(address, draft, tell)
            _keep(draft, target, source, _expected_hash(source, address, own_address=url is not None))
    return target


def add(file: str | os.PathLike[str], name: str | None = None, *, cache: str | os.PathLike[str] | None = None) -> Path:
    """Put a file that was downloaded by hand into the cache folder, if it is what it should be.

    Parameters
    ----------
    file
        The file; it stays where it is.
    name
        An id of :func:`public_sources`; by default the source whose file is called so.
    cache
        The folder; by default the user's cache folder.

    Returns
    -------
    pathlib.Path
        The file in the cache.

    Raises
    ------
    UnknownNameError
        If the source is not known, or no source has a file of this name.
    DataMissingError
        If there is no such file.
    FetchError
        If it is not the file the source gives, or cannot be written; what was in the cache stays.

    Examples
    --------
    >>> add("Downloads/KH.zip", "geonames-kh")  # doctest: +SKIP
    """
    given = Path(file)
    source = _source(name or _name_of(given))
    if not given.is_file():
        raise DataMissingError(f"There is no file {given}; say where the downloaded {source.file} is.")

    target = _folder(cache) / source.file
    with _speaking(source, target), _locked(target):
        draft = target.with_name(f".{target.name}.add")
        try:
            shutil.copyfile(given, draft)
            _keep(draft, target, source, ("sha256", source.sha256) if source.sha256 else None)
        finally:
            draft.unlink(missing_ok=True)
    return target


def cached(name: str, *, cache: str | os.PathLike[str] | None = None) -> Path:
    """Give the path of a source that was fetched or added before.

    Raises
    ------
    UnknownNameError
        If the source is not known.
    DataMissingError
        If it is not on this machine; the message says how to get it.

    Examples
    --------
    >>> cached("geonames-kh")  # doctest: +SKIP
    """
    source = _source(name)
    target = _folder(cache) / source.file
    if not target.is_file():
        raise DataMissingError(f"{name} is not on this machine; run `bordergis data fetch {name}`. {source.by_hand(target)}")
    return target


@dataclass(frozen=True, slots=True)
class _Source:
    """One row of the registry, as far as it is needed here."""

    name: str
    url: str
    file: str
    page: str | None = None
    format: str | None = None
    member: str | None = None
    sha256: str | None = None
    checksum: str | None = None

    def by_hand(self, target: Path) -> str:
        found = f" (from the page {self.page})" if self.page else ""
        return (
            f"Without a network: download {self.url}{found} elsewhere, bring it here and run `bordergis data add FILE {self.name}`, "
            f"or put it at {target}."
        )


class _BadFileError(ValueError):
    """What arrived is not the file."""


class _CutError(OSError):
    """The connection ended before the file did."""


def _source(name: str) -> _Source:
    known = public_sources()
    require_known("public source", name, set(known.index))
    row = known.loc[name].dropna()
    return _Source(name, **{field.name: str(row[field.name]) for field in fields(_Source) if field.name in row})


def _name_of(file: Path) -> str:
    """Find the source whose file is called so."""
    known = public_sources()["file"]
    found = known.index[known == file.name]
    if not len(found):
        raise UnknownNameError(f"No public source has a file {file.name!r}; say which it is: {', '.join(sorted(known.index))}.")
    return str(found[0])


def _folder(cache: str | os.PathLike[str] | None) -> Path:
    return Path(cache) if cache is not None else platformdirs.user_cache_path("bordergis")


def _stamp(file: Path) -> tuple[int, int] | None:
    """Tell whether a file was replaced in the meantime."""
    return (file.stat().st_mtime_ns, file.stat().st_ino) if file.is_file() else None


@contextmanager
def _speaking(source: _Source, target: Path) -> Iterator[None]:
    """Say whatever goes wrong in one sentence, with what to do by hand."""
    import requests  # noqa: PLC0415  with its own imports 0.1 s: only when something is fetched

    try:
        yield
    except (requests.RequestException, OSError, _BadFileError) as fault:
        raise FetchError(f"Could not fetch {source.name}: {_reason(fault)}. {source.by_hand(target)}") from fault


def _reason(fault: Exception) -> str:
    import requests  # noqa: PLC0415

    if isinstance(fault, requests.HTTPError) and fault.response is not None:
        return f"the server answers {fault.response.status_code} {fault.response.reason} for {fault.response.url}"
    if isinstance(fault, requests.Timeout):
        return f"the server was silent for {TIMEOUT_S:g} s"
    if isinstance(fault, requests.ConnectionError) and fault.request is not None:
        return f"no connection to {fault.request.url!s}"
    return str(fault)


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    """Let one process at a time write a file (the lock ends with the process that holds it)."""
    from filelock import FileLock, Timeout  # noqa: PLC0415  only when something is written

    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(target.with_name(f".{target.name}.lock"), timeout=LOCK_WAIT_S):
            yield
    except Timeout as fault:
        raise OSError(f"another process has been bringing the file for {LOCK_WAIT_S:g} s") from fault


def _download(address: str, draft: Path, tell: Callable[[int, int | None], None], *, tries: int = TRIES) -> None:
    """Bring the file to the draft; after a cut go on, as long as each try brings something."""
    before = _size(draft)
    try:
        _receive(address, draft, tell)
    except _CutError:
        if tries == 1 or _size(draft) <= before:
            raise
        _download(address, draft, tell, tries=tries - 1)


def _receive(address: str, draft: Path, tell: Callable[[int, int | None], None]) -> None:
    """Ask once for the file, or for what is missing of it."""
    import requests  # noqa: PLC0415

    held, edition = _size(draft), _edition_file(draft)
    headers = {"Accept-Encoding": "identity", "User-Agent": "bordergis (data fetch)"}
    if held and edition.is_file():
        headers |= {"Range": f"bytes={held}-", "If-Range": edition.read_text(encoding="utf-8")}
    with requests.get(address, headers=headers, stream=True, timeout=TIMEOUT_S) as answer:
        if answer.status_code == NOTHING_THERE and answer.headers.get("Content-Range") == f"bytes */{held}":
            return  # the draft is whole: an earlier call ended between the download and the check
        answer.raise_for_status()
        start = _start(answer, held)
        if not start:
            _discard(draft)
            _remember_edition(answer, edition)
        _write(answer, draft, start, tell)


def _start(answer: requests.Response, held: int) -> int:
    """Tell where in the file the answer begins: where the draft ends, or at its beginning if the server ignored the wish."""
    if answer.status_code != PARTIAL:
        return 0
    sent = answer.headers.get("Content-Range", "")
    if not sent.startswith(f"bytes {held}-"):
        raise _BadFileError(f"the server sends another part of the file than was asked for ({sent})")
    return held


def _write(answer: requests.Response, draft: Path, start: int, tell: Callable[[int, int | None], None]) -> None:
    """Append what arrives to the draft, and notice a cut."""
    import requests  # noqa: PLC0415

    length = answer.headers.get("Content-Length")
    total = start + int(length) if length is not None and length.isdecimal() else None
    done = start
    with draft.open("ab") as file:
        try:
            for block in answer.iter_content(BLOCK_BYTES):
                file.write(block)
                done += len(block)
                tell(done, total)
        except requests.RequestException as fault:
            raise _CutError(_cut_words(done, total)) from fault
        finally:
            file.flush()
            os.fsync(file.fileno())
    if total is not None and done != total:  # the HTTP library notices this itself only from urllib3 2 on
        raise _CutError(_cut_words(done, total))


def _cut_words(done: int, total: int | None) -> str:
    of = f" of {total:,}" if total is not None else ""
    return f"the connection ended after {done:,}{of} bytes (fetching again goes on from there, if the server can)"


def _edition_file(draft: Path) -> Path:
    return draft.with_name(f"{draft.name}.edition")


def _remember_edition(answer: requests.Response, edition: Path) -> None:
    """Keep what names this edition of the file, so that two editions are never joined; without it a cut download begins again."""
    tag = answer.headers.get("ETag", "")
    name = tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
    if name:
        edition.write_text(name, encoding="utf-8")


def _discard(draft: Path) -> None:
    draft.unlink(missing_ok=True)
    _edition_file(draft).unlink(missing_ok=True)


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() else 0


def _expected_hash(source: _Source, address: str, *, own_address: bool) -> tuple[str, str] | None:
    """Find the hash the publisher states; a mirror need not carry the file that states it."""
    import requests  # noqa: PLC0415

    if source.sha256 is not None:
        return "sha256", source.sha256
    if source.checksum is None:
        return None
    answer = requests.get(address + source.checksum, timeout=TIMEOUT_S)
    if own_address and answer.status_code == NOT_FOUND:
        return None
    answer.raise_for_status()
    stated = MD5.search(answer.text.lower())
    if stated is None:
        raise _BadFileError(f"{address + source.checksum} states no hash")
    return "md5", stated.group()


def _hash(file: Path, kind: str) -> str:
    import pooch  # noqa: PLC0415

    return str(pooch.file_hash(str(file), alg=kind))


def _keep(draft: Path, target: Path, source: _Source, expected: tuple[str, str] | None) -> None:
    """Give a draft the file's name, if it is the file; else remove it."""
    try:
        _require_format(draft, source)
        _require_hash(draft, expected)
    except _BadFileError:
        _discard(draft)
        raise
    draft.replace(target)
    _discard(draft)


def _require_hash(file: Path, expected: tuple[str, str] | None) -> None:
    if expected is not None and (found := _hash(file, expected[0])) != expected[1]:
        raise _BadFileError(f"its {expected[0]} is {found}, expected {expected[1]}")


def _require_format(file: Path, source: _Source) -> None:
    """Refuse what is not the kind of file the source gives, such as the login page of a network."""
    if source.format == "pbf":
        with file.open("rb") as head:
            if OSM_MARK not in head.read(64):
                raise _BadFileError("it is not an OpenStreetMap PBF file")
    if source.format == "zip":
        if not zipfile.is_zipfile(file):
            raise _BadFileError("it is not a ZIP file, or not the whole of it")
        with zipfile.ZipFile(file) as packed:
            if source.member is not None and source.member not in packed.namelist():
                raise _BadFileError(f"it holds {', '.join(packed.namelist()[:5])} and not {source.member}")


@contextmanager
def _bar(name: str, *, shown: bool) -> Iterator[Callable[[int, int | None], None]]:
    """Give a function that is told (bytes there, bytes in all), and draws a bar if asked to."""
    if not shown:
        yield lambda _done, _total: None
        return

    from rich import progress  # noqa: PLC0415  only when a bar is drawn
    from rich.console import Console  # noqa: PLC0415

    columns = (progress.TextColumn("{task.description}"), progress.BarColumn(), progress.DownloadColumn(), progress.TimeRemainingColumn())
    with progress.Progress(*columns, console=Console(stderr=True)) as drawn:
        task = drawn.add_task(name, total=None)
        yield lambda done, total: drawn.update(task, completed=done, total=total)
