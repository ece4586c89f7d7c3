"""Writes a file or folder beside its place, and puts it there in one step: readers see the old or the new."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dbt_retention.errors import RetentionError

if sys.platform != "win32":
    import fcntl

UNFINISHED = ".publishing"


@contextmanager
def file_aside(path: Path) -> Iterator[Path]:
    """A new file beside `path`, to be written inside the with block; at its end it replaces `path`.

    After an error, or when the process is killed, `path` is as it was. The file cannot be written by its
    readers: its permissions are those of the old file, without write permission.
    """
    if path.is_dir():
        raise RetentionError(f"{path} is a folder; expected a file, such as serving/marts.duckdb")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _only_publisher_in(path.parent):
        beside = path.with_name(f".{path.name}{UNFINISHED}")
        _remove(beside)
        try:
            yield beside
            allowed = path.stat().st_mode if path.exists() else beside.stat().st_mode
            beside.chmod(allowed & 0o555)
            sync(beside)
            os.replace(beside, path)
            sync(path.parent)
        finally:
            _remove(beside)


@contextmanager
def folder_aside(path: Path) -> Iterator[Path]:
    """A new folder, to be filled inside the with block; at its end the link `path` points to it.

    A folder cannot be replaced in one step, so `path` is a symbolic link. The folder that it pointed to
    before stays until the next time, for readers that are still in it. After an error, or when the process is
    killed, `path` is as it was.
    """
    if path.exists() and not path.is_symlink():
        raise RetentionError(
            f"{path} exists and is not a link that retention publish made. Name a path that does not exist; "
            "it will be a link to the newest folder"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with _only_publisher_in(path.parent):
        versions = path.with_name(f".{path.name}.versions")
        versions.mkdir(exist_ok=True)
        before = path.resolve() if path.is_symlink() else None
        for old in versions.iterdir():
            if old != before:
                _remove(old)
        number = int(before.name) + 1 if before and before.name.isdigit() else 1
        folder = versions / str(number)
        folder.mkdir()
        try:
            yield folder
            for written in (*folder.iterdir(), folder):
                sync(written)
            link = path.with_name(f".{path.name}{UNFINISHED}")
            _remove(link)
            link.symlink_to(folder.relative_to(path.parent), target_is_directory=True)
            os.replace(link, path)
            sync(path.parent)
        except BaseException:
            if path.resolve() != folder.resolve():
                _remove(folder)
            raise


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    if path.is_dir() and sys.platform == "win32":
        return
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _only_publisher_in(folder: Path) -> Iterator[None]:
    """Wait for another process that publishes into the folder. The lock ends with the process."""
    if sys.platform == "win32":
        yield
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield
    finally:
        os.close(opened)


def _remove(path: Path) -> None:
    """Remove a file with its write-ahead log, a link, or a folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)
