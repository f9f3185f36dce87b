"""`facegen bench`: one file a command."""
