"""Evidence and measures for the question how far Minsk's stances part from Moscow's.

Each module holds one idea and imports only what stands below it:

- `figures`, with `drawing` and `figures_…` under it: the course's plots, each with its text alternative
- `agreement`, with `allpairs`, `indices` and `missing` under it: how alike two states voted, or all pairs of them
- `position`, `movement`: where a state stands between Russia and a reference; who moved, with the rest of the Assembly
  from `assembly`, and periods matched matter by matter from `matchedperiods`
- `idealpoints`: positions on one line, with `fastpoints` and `sampledpoints`, which estimate them by the compiled
  `ordinal` and `ordinalsums` from the votes that `ballots` lays out
- `breaks`, with `breakverdict`, `breakcompare`, `breakposterior`, `breaksearch`, `breaktest` and `breakseries` under
  it: when a yearly series changes
- `reliability`, `divergence`, `siding`: how consistently stances were coded; how far apart they lie; with whom Minsk
  sides where it differs from Moscow; all from the places that `stanceplaces` lays out
- `groupings`, `matters`, `blocs`: roll calls by year, phase or issue; which of them repeat one matter; sets of states
- `inputs`, `resampling`, `wording`: refusing arguments that cannot be meant; intervals that draw whole clusters;
  numbers in sentences
- `published`: the published ideal points
- `rollcalls`: the General Assembly's recorded votes as one matrix
- `claims`, `events`, `stances`: what the two sources say, when it happened, and where they see Minsk and Moscow stand;
  under `stances` the tables (`stancetables`) and the forms for coders (`stanceforms`)
- `sources`, `glossary`: the two readings and their places; names and terms in three languages
- `openrows`: the rows of those tables that are no graded questions
- `phases`, `turningpoints`: Ulakhovich's periods; the years for which the two sources tell of a change
- `records`, `references`, `tables`: the records of the sources; outside works; finding, checking and reading a data
  table

Beside them stand two workshops. Nothing above stands on them; only `sources.show` looks for a student's own copy.

- One makes the tables: `csvfile` reads files that others have made; with it `votefile` and `issuecodes` check the
  inputs of the votes, and `unga` builds them; `referencefiles`, `seats` and `repeats` read those of the ideal points,
  and `referencebuild` builds them; `stancecheck` checks what is written by hand about the sources, `stancebuild`
  computes from it, `stancepages` prints it; `codebook` describes; `tablebytes`, `stamping` and `replacing` write
  files, describe them and put them in place; `withholding` takes out what is graded.
- The other reads students' own copies of the sources: `documents` opens a stranger's file and lets `extracting` read it
  in a process of its own, `fetching` follows a link, `fingerprints` and `matching` find the places of a source, and
  `copies` keeps them.

`__main__` and `stancecommands` are the command ``neutrality``.
"""
