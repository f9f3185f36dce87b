"""A list of numbers as one option: 100,300,1000."""

from typing import Any

import click


class NumberList(click.ParamType):
    """Whole numbers from `low`, separated by commas, each once."""

    name = "NUMBERS"

    def __init__(self, low: int) -> None:
        self.low = low

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            numbers = [int(part) for part in value.split(",")]
        except ValueError:
            self.fail(f"{value!r} is no list of whole numbers such as 100,300", param, ctx)
        if min(numbers) < self.low:
            self.fail(f"{min(numbers)} is below {self.low}", param, ctx)
        return tuple(sorted(set(numbers)))
