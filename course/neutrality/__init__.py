"""Evidence and measures for the question how far Minsk's stances part from Moscow's.

Each module holds one idea and imports only what stands below it:

- `figures`, with `drawing` and `figures_…` under it: the course's plots, each with its text alternative
- `agreement`, with `allpairs` and `indices` under it: how alike two states voted, or all pairs of them
- `position`, `movement`: where a state stands between Russia and a reference; who moved
- `idealpoints`: positions on one line, with `fastpoints` and `sampledpoints`, which estimate them by the compiled
  `ordinal` from the votes that `ballots` lays out
- `breaks`, with `breaktest`, `breakposterior`, `breaksearch` and `breakseries` under it: when a yearly series changes
- `reliability`, `divergence`: how consistently stances were coded; how far apart they lie
- `groupings`, `matters`, `blocs`: roll calls by year, phase or issue; which of them repeat one matter; sets of states
- `inputs`: refusing arguments that cannot be meant
- `published`: the published ideal points
- `rollcalls`: the General Assembly's recorded votes as one matrix
- `claims`, `events`, `stances`: what the two sources say, when it happened, and where they see Minsk and Moscow stand
- `sources`, `glossary`: the two readings and their places; names and terms in three languages
- `openrows`: the rows of those tables that are no graded questions
- `phases`, `turningpoints`: Ulakhovich's periods; the years for which the two sources tell of a change
- `records`, `tables`: the records of the sources; finding, checking and reading a data table

Beside them stand two workshops.

- One makes the tables: `votefile` and `issuecodes` read and check the inputs of the votes, and `unga` builds them;
  `referencefiles`, `seats` and `repeats` read those of the ideal points, and `referencebuild` builds them;
  `stancecheck` checks what is written by hand about the sources, `stancebuild` computes from it, `stancepages` prints
  it; `codebook` describes, `stamping` and `replacing` put files in place, `withholding` takes out what is graded.
- The other reads students' own copies of the sources: `documents` opens a stranger's file and lets `extracting` read it
  in a process of its own, `fetching` follows a link, `fingerprints` and `matching` find the places of a source, and
  `copies` keeps them.
"""
