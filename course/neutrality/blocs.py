"""Sets of states by date, and what most of them voted.

A reference need not be one state: "the European Union" is a set of states that changes from date to date. Its position
on a roll call is here **the vote of more than half of its members that voted** (yes, abstain or no; non-voting members
do not count). Where no vote has more than half, the set has no position, and measures do not count the roll call.

This says what most members did, and not what was agreed among them. A majority of small states can outvote the large
ones.

For the European Union the members are those of the day, from 1958 (then the European Economic Community) on; their
dates are in the table ``eu-members``, whose description names the sources. A member without a seat in the Assembly on
the day (the Federal Republic of Germany, whose first row is of October 1973) has no row in the votes and does not
count.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd

from neutrality import inputs, tables
from neutrality.rollcalls import Mask, Matrix, RollCalls, Vote

EU = "EU"
"""The short word for the majority of the European Union's members of the day."""


@dataclass(frozen=True)
class Member:
    """A state's time in a set of states.

    Attributes
    ----------
    state : str
        Three-letter code.
    first_day, last_day : datetime.date or None
        Both included; None where the time is open.
    """

    state: str
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Bloc:
    """A set of states by date.

    Attributes
    ----------
    name : str
        What its position is called, such as "EU majority".
    members : tuple of Member
        A state that left and came back is in it twice.

    Raises
    ------
    ValueError
        If there is no member, or one leaves before it comes, or comes before it has left.

    Examples
    --------
    >>> Bloc("founders", (Member("BEL", date(1958, 1, 1)),)).on(date(1957, 12, 31))
    ()
    """

    name: str
    members: tuple[Member, ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise ValueError(f"{self.name}: a set of states needs at least one state.")
        for member in self.members:
            if member.first_day and member.last_day and member.last_day < member.first_day:
                raise ValueError(f"{self.name}: {member.state} leaves ({member.last_day}) before it comes.")
        for state in dict.fromkeys(member.state for member in self.members):
            spells = [member for member in self.members if member.state == state]
            spells.sort(key=lambda member: member.first_day or date.min)
            for earlier, later in pairwise(spells):
                if (later.first_day or date.min) <= (earlier.last_day or date.max):
                    raise ValueError(f"{self.name}: {state} is in twice on {later.first_day or 'the first day'}.")

    def on(self, day: date) -> tuple[str, ...]:
        """Return the members of a day.

        Parameters
        ----------
        day : datetime.date
            Any day; before the first member comes nobody is there.

        Returns
        -------
        tuple of str
            Codes, in the order of `members`.

        Examples
        --------
        >>> "GBR" in european_union().on(date(2020, 1, 31)), "GBR" in european_union().on(date(2020, 2, 1))
        (True, False)
        """
        return tuple(
            member.state
            for member in self.members
            if (member.first_day or day) <= day and day <= (member.last_day or day)
        )


@functools.cache
def european_union() -> Bloc:
    """Return the European Union (before November 1993, the European Economic Community) by date.

    Returns
    -------
    Bloc
        From the table ``eu-members``.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or torn.

    Examples
    --------
    >>> [len(european_union().on(date(year, 12, 31))) for year in (1957, 1958, 1973, 1995, 2004, 2013, 2020)]
    [0, 6, 9, 15, 25, 28, 27]
    """
    rows = tables.load("eu-members").itertuples()
    return Bloc("EU majority", tuple(Member(str(row.state), _day(row.first_day), _day(row.last_day)) for row in rows))


def states(codes: Iterable[str], name: str | None = None) -> Bloc:
    """Return a set of states that is the same at all dates.

    Parameters
    ----------
    codes : iterable of str
        Three-letter codes, each once.
    name : str, optional
        What the position is called; by default the codes are listed.

    Returns
    -------
    Bloc

    Raises
    ------
    ValueError
        If there is no code, or one comes twice.

    Examples
    --------
    >>> states(["USA", "GBR", "FRA"]).name
    'majority of USA, GBR, FRA'
    """
    listed = inputs.listed("states: codes", codes)
    if not listed or not all(isinstance(code, str) for code in listed):
        raise ValueError("states: give one code or more, each a text such as 'USA'.")
    if len(set(listed)) < len(listed):
        raise ValueError(f"states: a code comes twice in {', '.join(listed)}. Give each once.")
    return Bloc(name or f"majority of {', '.join(listed)}", tuple(map(Member, listed)))


def present(bloc: Bloc, votes: RollCalls) -> Mask:
    """Tell at which roll calls each member belonged to the set.

    Parameters
    ----------
    bloc : Bloc
        The set of states.
    votes : RollCalls
        The roll calls, all or a selection.

    Returns
    -------
    numpy.ndarray of bool
        Shape (roll calls, members), in the order of ``bloc.members``.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> present(european_union(), rollcalls.load().years(1973)).sum(axis=1)[[0, -1]].tolist()
    [9, 9]
    """
    days = votes.resolutions["date"].to_numpy(dtype="datetime64[D]")[:, None]
    first = np.array([np.datetime64(member.first_day or date.min, "D") for member in bloc.members])
    last = np.array([np.datetime64(member.last_day or date.max, "D") for member in bloc.members])
    inside: Mask = (first <= days) & (days <= last)
    return inside


def majority(votes: RollCalls, bloc: Bloc, *, without: Collection[str] = ()) -> Matrix:
    """Find what more than half of a set's members that voted did.

    Parameters
    ----------
    votes : RollCalls
        The roll calls, all or a selection.
    bloc : Bloc
        The set of states.
    without : collection of str, optional
        Codes of members to leave out, so that a state is not compared with itself.

    Returns
    -------
    numpy.ndarray
        Shape (roll calls,), type int8: `Vote.YES`, `Vote.ABSTAIN` or `Vote.NO`; `Vote.NON_VOTING` where members had a
        seat but no vote has more than half of those cast; `Vote.NO_ROW` where no member had a seat.

    Raises
    ------
    neutrality.rollcalls.UnknownStateError
        If a member's code is not in the roll calls.
    ValueError
        If no member is left.

    Examples
    --------
    >>> from neutrality import rollcalls
    >>> year = rollcalls.load().years(2013)
    >>> position = majority(year, european_union())
    >>> [int((position == vote).sum()) for vote in (Vote.YES, Vote.ABSTAIN, Vote.NO, Vote.NON_VOTING)]
    [39, 12, 13, 0]
    """
    kept = tuple(member for member in bloc.members if member.state not in without)
    if not kept:
        raise ValueError(f"{bloc.name}: no state is left without {', '.join(without)}. Choose another reference.")
    matrix = np.column_stack([votes.votes(member.state) for member in kept])
    matrix = np.where(present(Bloc(bloc.name, kept), votes), matrix, Vote.NO_ROW)
    cast = np.stack([(matrix == vote).sum(axis=1) for vote in (Vote.YES, Vote.ABSTAIN, Vote.NO)], axis=1)
    nothing = np.where((matrix == Vote.NO_ROW).all(axis=1), Vote.NO_ROW, Vote.NON_VOTING)
    decided = 2 * cast.max(axis=1) > cast.sum(axis=1)
    position: Matrix = np.where(decided, cast.argmax(axis=1) + Vote.YES, nothing).astype(np.int8)
    return position


def reference(wanted: str | Bloc | Collection[str]) -> str | Bloc:
    """Read what somebody means by a reference.

    Parameters
    ----------
    wanted : str, Bloc or collection of str
        A state's code; ``"EU"``; a set of states.

    Returns
    -------
    str or Bloc
        The code, or the set.

    Raises
    ------
    TypeError
        If it is none of the three.
    ValueError
        If ``"EU"`` is misspelt or is one of several, or a set has no code.

    Examples
    --------
    >>> reference("UKR"), reference("EU").name, reference({"USA"})
    ('UKR', 'EU majority', 'USA')
    """
    if isinstance(wanted, Bloc):
        return wanted
    if isinstance(wanted, str):
        if wanted != EU and wanted.strip().upper() in (EU, "EUROPEAN UNION"):
            raise ValueError(f"reference is {wanted!r}. For the majority of the EU write {EU!r}.")
        return european_union() if wanted == EU else wanted
    codes = sorted(inputs.listed("reference", wanted))
    if EU in codes:
        raise ValueError(f"reference: {EU!r} stands alone; it cannot be one of several. Give it by itself.")
    return codes[0] if len(codes) == 1 else states(codes)


def _day(stamp: object) -> date | None:
    return stamp.date() if isinstance(stamp, pd.Timestamp) and not pd.isna(stamp) else None
