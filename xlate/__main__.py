"""`python -m xlate` is the command line."""

from xlate.cli import main

main()
