"""Text of strangers on its way to a terminal, a log or a page.

Names of files may hold escape sequences, which a terminal obeys: they clear the screen, change its title,
write into the clipboard. Others turn the order of letters round, so that a name reads as another one.
"""


def printable(text: str, keep: str = "") -> str:
    r"""A text with every letter that is not printed written as a JSON escape.

    Parameters
    ----------
    text : str
    keep : str
        Letters that stay although they are not printed, as line ends.

    Returns
    -------
    str
        Without control characters, line ends, marks of direction, halves of surrogate pairs (bytes of file
        names that are no UTF-8) and unassigned letters: Unicode categories C and Z but the space
        (`str.isprintable`).

    Examples
    --------
    >>> from facegen.datasets.printable import printable
    >>> printable("\x1b[2Jé")
    '\\u001b[2Jé'
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or one in keep else _escaped(one) for one in text)


def _escaped(letter: str) -> str:
    units = letter.encode("utf-16-be", errors="surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
