"""Reads files of the registry: only regular files, and only up to a size.

A models folder is data that others may write. A FIFO would block a read for ever, a device has no end, and a
link can lead to a file outside the folder, so none of them is read.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from dbt_retention.errors import ModelAlteredError

MEGABYTE = 1_000_000
REMEDY = "Restore it, or run: retention train"


def read_regular(path: Path, *, max_bytes: int, remedy: str = REMEDY) -> bytes:
    """The content of a regular file of at most `max_bytes` bytes.

    Raises FileNotFoundError where there is no file, and ModelAlteredError where it is a folder, a link, a
    FIFO or a device, where it is larger, or where it cannot be read.
    """
    # Without O_NONBLOCK the open itself waits for the writer of a FIFO.
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        status = os.lstat(path)
        if not stat.S_ISREG(status.st_mode):
            raise ModelAlteredError(f"{path} is {_kind(status.st_mode)}; expected a regular file. {remedy}")
        with os.fdopen(os.open(path, flags), "rb") as file:
            opened = os.fstat(file.fileno())
            if not stat.S_ISREG(opened.st_mode):  # replaced since lstat
                raise ModelAlteredError(
                    f"{path} is {_kind(opened.st_mode)}; expected a regular file. {remedy}"
                )
            content = file.read(max_bytes + 1)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ModelAlteredError(f"{path} cannot be read: {error.strerror}. {remedy}") from error
    if len(content) > max_bytes:
        raise ModelAlteredError(
            f"{path} has {max(status.st_size, len(content)) / MEGABYTE:,.1f} MB; allowed are "
            f"{max_bytes / MEGABYTE:,.1f} MB. {remedy}"
        )
    return content


def _kind(mode: int) -> str:
    kinds = ((stat.S_ISDIR, "a folder"), (stat.S_ISLNK, "a link"), (stat.S_ISFIFO, "a FIFO"))
    return next((words for is_kind, words in kinds if is_kind(mode)), "a device or a socket")
