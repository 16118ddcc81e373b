"""Import of old tickets (row I04): any table of cases or of events, by a mapping file, in a stream.

`mapping` reads the TOML that says what each foreign column is; `reader` gives the rows of a CSV or XLSX file one by
one; `cases` makes a `Case` of a row, or of the rows of one case; `build` makes our rows of cases; `write` puts them
into the database; `run` keeps count, so that an import that was killed goes on where it stood.
"""
