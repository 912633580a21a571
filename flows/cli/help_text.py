"""Help that shows the first paragraph of every command whole; Click cuts it at the width of the terminal.

Tested in tests/flows/test_cli.py.
"""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup


class WholeHelp(TyperGroup):
    """A group whose list of commands wraps lines and cuts none. Typer keeps Click's types to itself."""

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write each command with the first paragraph of its help."""
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl([(name, _first_paragraph(found.help or "")) for name, found in commands if found])


def _first_paragraph(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split())
