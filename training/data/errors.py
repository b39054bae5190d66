"""What is raised where data cannot be used."""


class DataError(Exception):
    """A data file is missing, damaged or partial; the text names file and row."""
