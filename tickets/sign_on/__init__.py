"""Sign-on with the house's own accounts (row I06): the provider's side, and what its claims mean here."""
