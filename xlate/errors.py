"""What can go wrong because of input, and is answered with one line and exit code 2.

    XlateError
    ├── UsageError       an option or argument that cannot be meant (lists the choices)
    ├── InputError       a file or folder that cannot be read, decoded or parsed
    ├── OutputError      a place that cannot be written
    ├── ModelError       a model directory that is missing, altered or unusable
    └── ReferencesError  references that do not fit the segments they are for

Each message names the thing and the cure. Everything else that is raised is a bug and keeps its traceback.
"""


class XlateError(Exception):
    """Base of all errors that a person can cause; `str(error)` is one line, ready to print."""


class UsageError(XlateError):
    """An option value or a combination of options that cannot be meant."""


class InputError(XlateError):
    """A file or folder that cannot be read, decoded or parsed."""


class OutputError(XlateError):
    """A place that cannot be written."""


class ModelError(XlateError):
    """A model directory that is missing, altered or unusable."""


class ReferencesError(XlateError):
    """References that do not fit the segments they are for."""
