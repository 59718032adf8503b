"""How each program here ends: with what its `main` returns, or with one line about bad input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NoReturn

from xlate.errors import XlateError


def exit_with(main: Callable[[], int]) -> NoReturn:
    """Run `main` and exit with its status; 2, and the error in one line, for what a person can mend."""
    try:
        sys.exit(main())
    except XlateError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
