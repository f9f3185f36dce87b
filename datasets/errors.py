"""The one error that a user's mistake or a broken file becomes.

The message is one line: what is wrong, where, and what to do. The command line prints it without a
traceback and leaves with exit code 2 (bad usage, or something could not be measured).
"""

from facegen.datasets.printable import printable


class FacegenError(Exception):
    """Something a user can mend: a missing folder, an unreadable file, an unknown name.

    As text it is one line, without letters that a terminal would obey: names in it may come from strangers.
    """

    def __str__(self) -> str:
        return printable(" ".join(super().__str__().splitlines()))


class DiskError(FacegenError):
    """A file cannot be written: whatever comes next will meet the same."""
