"""Evidence and measures for the question how far Minsk's stances part from Moscow's.

Each module holds one idea and imports only what stands below it:

- `figures`: the course's plots, each with its text alternative
- `agreement`: how alike two states voted
- `rollcalls`: the General Assembly's recorded votes as one matrix
- `sources`, `glossary`: the two readings and their places; names and terms in three languages
- `phases`, `tables`: Ulakhovich's periods; finding, checking and reading a data table

Beside them stands the workshop that makes the tables: `votefile` and `issuecodes` read and check the inputs, `unga`
builds, `codebook` describes, `replacing` puts files in place.
"""
