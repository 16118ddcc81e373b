"""The floor: the least that Django and DRF do for a create with a token. The product imports nothing of it."""
