"""What the two sources claim: each claim in our words, with its place, its chain of speakers and its relations.

A claim is what a source says; that the table has it does not make it true. Its chain of speakers begins with whoever
writes the page that we read. Its relations to claims of the other source are this course's judgement.

Some claims serve as graded questions, and a student's copy of the table does not have them: every reader here leaves
them out unless asked.
"""

from __future__ import annotations

import textwrap

import pandas as pd

from neutrality import openrows

KINDS = ("fact", "judgement", "report", "recommendation", "definition")
"""What a claim can be."""

RELATIONS = ("supports", "contradicts", "qualifies")
"""How a claim can stand to one of the other source; each holds in both directions."""

NOT_ADDRESSED = "not addressed"
"""What stands in place of a relation where the other source says nothing on the matter."""

NONE_SHOWN = "none shown"
"""What stands there in a student's copy, for every claim without a relation to another claim of that copy."""

SPEAKERS = {
    "not-named": "somebody who is not named",
    "klysinski": "Kamil Kłysiński, in the OSW paper",
    "ulakhovich": "Vladimir Ulakhovich",
    "lukashenko": "President Lukashenko",
    "makiey": "Foreign Minister Makiey",
    "putin": "President Putin",
    "official-estimates": "official Belarusian estimates",
    "belarusian-officials": "Belarusian officials",
    "belarusian-representatives": "Belarusian government representatives",
    "russian-media-and-experts": "Russian media and experts",
    "digest": "the unsigned Belarus Digest page",
    "bohdan-isaev": "Siarhei Bohdan and Gumer Isaev",
    "russian-commentators": "some Russian commentators",
    "opinion-surveys": "opinion surveys",
    "snapkouski": "Uładzimir Snapkoŭski",
    "baluk": "W. Baluk",
    "yeltsin": "President Yeltsin",
    "opposition": "the Belarusian opposition",
    "independent-media": "media independent of the Belarusian government",
    "eu-officials": "officials of the EU",
    "experts": "experts at the conference",
}
"""Who can stand in a chain of speakers, by the short name of the table.

Some stand in no chain on purpose: if all others were seen in open rows, those left over would be known to stand in a
graded one.
"""

AUTHORS = {"osw-2018": "klysinski", "digest-2016": "digest"}
"""Who writes the page that we read, and so begins every chain."""


class UnknownClaimError(LookupError):
    """A claim that the table does not have."""


def load(items: bool = False) -> pd.DataFrame:
    """Load the claims.

    Parameters
    ----------
    items : bool, optional
        Whether those that serve as graded questions come too. A student's copy does not have them.

    Returns
    -------
    pandas.DataFrame
        One row a claim, in the order of the sources: ``id``, ``source``, ``locator`` and ``related_claims`` (several
        are separated by semicolons), ``speaker_chain``, ``kind``, ``topic``, ``period``, ``claim``, ``relation`` (one
        for each related claim, in the same order), ``use``.

    Raises
    ------
    neutrality.tables.TableError
        If the table is missing or not as described.

    Examples
    --------
    >>> sorted(load()["source"].unique())
    ['digest-2016', 'osw-2018']
    """
    return openrows.load("stances-claims", items)


def at(locator: str, items: bool = False) -> pd.DataFrame:
    """Return the claims made at one place.

    Parameters
    ----------
    locator : str
        As for `neutrality.sources.parse`: a paragraph, an item of a list, a note, or a whole section.
    items : bool, optional
        As for `load`.

    Returns
    -------
    pandas.DataFrame
        As from `load`; empty where no claim is held for the place.

    Raises
    ------
    neutrality.sources.SourceError
        If there is no such place.

    Examples
    --------
    >>> at("osw-2018 fn5")["speaker_chain"].tolist()
    ['klysinski > ulakhovich']
    """
    return openrows.at(load(items), "locator", locator)


def relations(items: bool = False) -> pd.DataFrame:
    """Return the relations between claims of the two sources, one row a pair.

    Parameters
    ----------
    items : bool, optional
        As for `load`.

    Returns
    -------
    pandas.DataFrame
        ``claim`` (of osw-2018), ``relation``, ``related`` (of digest-2016), and the two places ``locator`` and
        ``related_locator``. A pair in which one claim is withheld is left out.

    Examples
    --------
    >>> set(relations()["relation"]) <= set(RELATIONS)
    True
    """
    found = load(items).set_index("id")
    rows = [
        (claim, relation, other, row["locator"], found.at[other, "locator"])
        for claim, row in found[found["source"] == "osw-2018"].iterrows()
        for relation, other in pairs(row["relation"], row["related_claims"])
        if other in found.index
    ]
    return pd.DataFrame(rows, columns=["claim", "relation", "related", "locator", "related_locator"])


def pairs(relation: str, related: str) -> list[tuple[str, str]]:
    """Split the two cells of a claim's relations.

    Parameters
    ----------
    relation, related : str
        The cells ``relation`` and ``related_claims``.

    Returns
    -------
    list of (str, str)
        Relation and id of the related claim; empty where the other source does not address the claim.

    Examples
    --------
    >>> pairs("supports;qualifies", "d001;d002")
    [('supports', 'd001'), ('qualifies', 'd002')]
    >>> pairs("not addressed", "")
    []
    """
    return list(zip(relation.split(";"), related.split(";"), strict=True)) if related else []


def chain(speakers: str) -> str:
    """Put a chain of speakers into words.

    Parameters
    ----------
    speakers : str
        The cell ``speaker_chain``.

    Returns
    -------
    str

    Examples
    --------
    >>> chain("klysinski > ulakhovich")
    'Kamil Kłysiński, in the OSW paper → Vladimir Ulakhovich'
    """
    return " → ".join(SPEAKERS[name] for name in speakers.split(" > "))


def show(claim: str) -> None:
    """Print one claim with its speakers, its place and its relations.

    Parameters
    ----------
    claim : str
        Its id, as in ``"k025"``.

    Raises
    ------
    UnknownClaimError
        If this copy of the table has no such claim.

    Examples
    --------
    >>> show("k037")
    k037 (osw-2018 fn5), a report; 1991–2001
    Kamil Kłysiński, in the OSW paper → Vladimir Ulakhovich:
    Ulakhovich sees Minsk's strategy develop from a policy of neutrality (1991–4) through a multi-vector policy
    (1994–7) to strategic partnership with Russia (from 1997).
    """
    found = {str(row["id"]): row for row in load().to_dict("records")}
    if claim not in found:
        raise UnknownClaimError(f"no claim {claim!r} here. claims.load() lists them; claims.at(locator) finds them.")
    row = found[claim]
    article = "an" if row["kind"][0] in "aeiou" else "a"
    print(f"{claim} ({row['locator']}), {article} {row['kind']}; {row['period']}")
    print(f"{chain(row['speaker_chain'])}:")
    print(textwrap.fill(row["claim"], 110))
    for relation, other in pairs(row["relation"], row["related_claims"]):
        if other in found:
            print(f"  {relation} {other} ({found[other]['locator']})")
