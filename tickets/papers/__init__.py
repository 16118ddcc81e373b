"""Documents of a ticket: filled from what is known of it, by the rules of its rulebook (rows A03, C15, C22).

`places.py` says what a place is filled with, `fill.py` makes the text of a document, `body.py` lets people edit it and
turns it into a `complaints_site.lib.paper.Paper`; `tickets.actions.papers` is the only way to change one.
"""
