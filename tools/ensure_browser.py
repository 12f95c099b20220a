"""Make sure that the browser tests have a Chromium, Khmer and Thai fonts: install them where that is possible, else say how."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-khmeros", "fonts-thai-tlwg")


def find() -> str | None:
    """Find a Chromium on this machine; the variable ``CHROMIUM`` names one of your own."""
    named = os.environ.get("CHROMIUM")
    return named or next((path for name in NAMES if (path := shutil.which(name))), None)


def install() -> bool:
    """Install through Debian's package manager, which needs root."""
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return False
    print("Installing a browser for the map's tests: " + ", ".join(PACKAGES))
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    commands = ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", "--no-install-recommends", *PACKAGES])
    return all(subprocess.run(command, check=False, env=quiet, stdout=subprocess.DEVNULL).returncode == 0 for command in commands)


def main() -> int:
    """Say where the browser is, or what to do."""
    if find() is None and not install():
        print(
            "The map is tested in a real browser, and there is none here. Install Chromium (Debian: sudo apt-get install "
            + " ".join(PACKAGES)
            + "), or name yours with CHROMIUM=/path/to/chromium.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
