"""The one error that a user's mistake or a broken file becomes.

The message is one line: what is wrong, where, and what to do. The command line prints it without a
traceback and leaves with exit code 2 (bad usage, or something could not be measured).
"""


class FacegenError(Exception):
    """Something a user can mend: a missing folder, an unreadable file, an unknown name."""


class DiskError(FacegenError):
    """A file cannot be written: whatever comes next will meet the same."""
