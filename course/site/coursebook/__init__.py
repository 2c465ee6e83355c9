"""The course book: a web site of lessons, readings, tables and guides.

`laying` puts the pages together, from files of the repository and from what `pages` writes out of tables; Sphinx makes
the site, with `extension` beside it. The item bank is never read, and tables are read as students get them.
"""
