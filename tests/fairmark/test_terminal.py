"""What all commands print with."""

from __future__ import annotations

from fairmark import terminal


def test_a_line_is_printed_as_it_is(capsys):
    """A folder may be called like markup, and a long path must be one piece to copy."""
    line = f"Backup: /srv/[bold]2027[/bold]/[/x]/{'long-' * 40}.db"
    terminal.say(line)
    assert capsys.readouterr().out == f"{line}\n"
