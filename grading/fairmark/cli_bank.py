"""The commands ``fairmark bank``: look after the item bank."""

from __future__ import annotations

import sys

import click

from fairmark import bank as item_bank
from fairmark import guessing
from fairmark.settings import Settings
from fairmark.terminal import console, explained


@click.group("bank")
def bank_group() -> None:
    """Look after the item bank."""


@bank_group.command("check")
@click.pass_obj
def bank_check(course: Settings) -> None:
    """Check the bank: its form, and that no message gives a key away.

    Prints for each assignment how many points a program marks, and how much of them somebody earns on average who
    has read nothing and guesses.
    """
    with explained():
        assignments = item_bank.load(course.bank)
        leaks = [
            f"{entry.item.id}: this text gives the key away: {text}"
            for one in assignments.values()
            for entry in one.entries.values()
            for text in item_bank.giveaways(entry)
        ]
    for leak in leaks:
        console.print(leak, markup=False)
    for name, one in assignments.items():
        earned, automatic = guessing.expected_points(one)
        by_luck = f"; blind guessing earns {earned / automatic:.0%} of {automatic:g}" if automatic else ""
        console.print(f"{name}: {len(one.entries)} items, {one.points:g} points{by_luck}")
    if leaks:
        sys.exit(1)
