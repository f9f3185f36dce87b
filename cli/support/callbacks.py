"""Which options stood on the command line."""

import click


def is_given(name: str) -> bool:
    """Whether an option of the running command, by its parameter's name, was written out."""
    source = click.get_current_context().get_parameter_source(name)
    return source == click.core.ParameterSource.COMMANDLINE
