"""The pure core: what a rulebook allows and what an action changes. No ORM, no clock, no network.

`decide` is the only way a ticket changes; `judged` tells which actions a person has; both ask the same rules.
"""
