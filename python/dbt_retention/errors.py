"""The one family of errors a user may see: each says what was given, what is allowed, what next."""


class RetentionError(Exception):
    """Something the user can mend. The message is a sentence for them, not a trace for us."""


class ModelNotFoundError(RetentionError):
    """No champion of that name, or a file of its version is gone."""


class ModelAlteredError(RetentionError):
    """A model file is not the one that its card describes."""


class FeatureMissingError(RetentionError):
    """The row to be scored lacks a feature that the model was trained on."""


class TrainingDataError(RetentionError):
    """There is too little, or the wrong kind of, data to train on."""


class ExportParityError(RetentionError):
    """The ONNX file does not answer as the estimator that it was made from."""


class DbtModelError(Exception):
    """A RetentionError on its way out of a dbt Python model.

    dbt-duckdb prints the whole traceback of whatever a Python model raises. For a mistake in the shop's
    data or vars only the sentence helps, so this one shows none.
    """

    @property
    def __traceback__(self) -> None:
        return None

    @__traceback__.setter
    def __traceback__(self, traceback: object) -> None: ...
