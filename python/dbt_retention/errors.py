"""Errors that a user sees. A message says what was given, what is allowed, and the next command or page."""

import re


class RetentionError(Exception):
    """An error that the user can fix. The command line prints its message without a traceback."""


class ModelNotFoundError(RetentionError):
    """There is no champion of this name, or a file of its version is missing."""


class ModelAlteredError(RetentionError):
    """A file of a model does not match its card."""


class FeatureMissingError(RetentionError):
    """A row to score has no value for a feature of the model."""


class TrainingDataError(RetentionError):
    """The data do not suffice to train a model."""


class ExportParityError(RetentionError):
    """The ONNX file gives other results than the model that it was exported from."""


_LOCKED = re.compile(
    r'(?:IO Error: )?Could not set lock on file "(?P<path>[^"]+)": Conflicting lock is held in '
    r"(?P<program>.*?) \(PID (?P<pid>\d+)\)[^.]*\.(?: See also https?://\S+)?"
)


def who_holds_it(message: str) -> str:
    """DuckDB's message about a locked file as one sentence; any other message unchanged."""
    return _LOCKED.sub(
        r"\g<path> is in use by process \g<pid> (\g<program>): DuckDB lets one process write a file, or "
        "several read it. Wait until that process ends, or close it, and try again. So that people can query "
        "the marts while a build runs, give them a copy: retention publish --duckdb serving/marts.duckdb",
        message,
    )


class DbtModelError(Exception):
    """A RetentionError raised by a dbt Python model.

    dbt-duckdb prints the traceback of every exception of a Python model. Only the message of a RetentionError
    helps the user, so this exception has no traceback.
    """

    @property
    def __traceback__(self) -> None:
        return None

    @__traceback__.setter
    def __traceback__(self, traceback: object) -> None: ...
