"""Writing files so that a crash leaves the old file, never half a new one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from bordergis.errors import OutputError

__all__ = ["disarmed", "write_atomic"]

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""A text cell that begins so would be run by a spreadsheet; it gets an apostrophe in front. Numbers are never touched."""


def disarmed(cell: object) -> object:
    """Keep a spreadsheet from running a cell of text; anything but text stays as it is.

    Examples
    --------
    >>> disarmed("=1+1"), disarmed("O'Smach"), disarmed(-3.5)
    ("'=1+1", "O'Smach", -3.5)
    """
    if not isinstance(cell, str):
        return cell
    safe = f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
    return safe.replace("\r\n", "\n").replace("\r", "\n")  # the csv module quotes only \n: after a bare \r a formula would begin a row


def write_atomic(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a whole file, or leave what was there.

    The bytes go to a temporary file in the same folder, are flushed to the disk, and take the name in one step.

    Parameters
    ----------
    path
        Where to write; missing folders are made.
    content
        The whole file.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    OutputError
        If the folder cannot be made or written to.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.mkdtemp()
    >>> write_atomic(f"{folder}/new/note.txt", b"seen").read_bytes()
    b'seen'
    """
    target = Path(path)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as draft:
            try:
                draft.write(content)
                draft.flush()
                os.fsync(draft.fileno())
                Path(draft.name).chmod(0o666 & ~_umask())
                Path(draft.name).replace(target)
            finally:
                Path(draft.name).unlink(missing_ok=True)  # gone already, unless something above failed
    except OSError as fault:
        raise OutputError(f"Could not write {target}: {fault.strerror or fault}; nothing was changed there.") from fault
    return target


def _umask() -> int:
    """Read the process's mask (it can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
