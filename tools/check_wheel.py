"""Build the wheel, install it in an empty environment, and run the situation from another folder."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Fail if the wheel lacks its data, or does not work on its own."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(ROOT))
        (wheel,) = place.glob("bordergis-*.whl")
        require_data(wheel)

        venv.create(place / "empty", with_pip=True)
        python = str(place / "empty" / "bin" / "python")
        run(python, "-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt"), str(wheel))
        elsewhere = place / "elsewhere"
        elsewhere.mkdir()
        run(str(Path(python).with_name("bordergis")), "situation", cwd=elsewhere)
        size = (elsewhere / "out" / "situation.html").stat().st_size
        print(f"{wheel.name}: installed in an empty environment, wrote a map of {size / 1000:,.0f} kB from another folder.")
    return 0


def require_data(wheel: Path) -> None:
    """Compare the wheel's data with the repository's, file by file."""
    with zipfile.ZipFile(wheel) as packed:
        inside = {name.removeprefix("bordergis/data/") for name in packed.namelist() if name.startswith("bordergis/data/")}
    expected = {path.relative_to(ROOT / "data").as_posix() for path in (ROOT / "data").rglob("*") if path.is_file()}
    if inside != expected:
        sys.exit(f"The wheel's data differ from data/: {sorted(inside ^ expected)}")


def run(*command: str, cwd: Path | None = None) -> None:
    """Run a command, and stop at the first that fails."""
    subprocess.run(command, check=True, cwd=cwd)


if __name__ == "__main__":
    sys.exit(main())
