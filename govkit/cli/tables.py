"""Tables as text, for commands that show what other people wrote. It loads rich: commands import it when they run."""

import os
import typing as t

import rich.box
import rich.console
import rich.table
import rich.text

from govkit.cli import one_line

WIDTH = 110
"""Columns, where no terminal says how many it has."""


def as_text(parts: t.Iterable[t.Any]) -> str:
    """
    The parts, one below the other, in the width of the terminal; plain text is not broken.

    Printed by the caller and not by rich: rich ends the program itself when the reader of its output goes away.
    """
    plain = "NO_COLOR" in os.environ or None
    console = rich.console.Console(no_color=plain, highlight=False, markup=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = WIDTH
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, str))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def cells(*texts: str) -> list[rich.text.Text]:
    """A row's texts as they stand: one may hold brackets, which are no markup here."""
    return [rich.text.Text("\n".join(one_line(line) for line in text.split("\n"))) for text in texts]


def table(*columns: str, leading: int = 0, widest: int | None = None) -> rich.table.Table:
    """`leading` lines between rows; every column but the last is `widest` columns wide at most."""
    made = rich.table.Table(
        box=rich.box.SIMPLE_HEAD, leading=leading, pad_edge=False, caption_justify="left", caption_style=""
    )
    for number, column in enumerate(columns):
        last = number == len(columns) - 1
        made.add_column(rich.text.Text(one_line(column)), overflow="fold", max_width=None if last else widest)
    return made
