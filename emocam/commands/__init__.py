"""What the command line does: one module for each command."""

INTERRUPTED = 130  # what shells report for a program that Ctrl-C has ended
