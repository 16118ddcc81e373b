"""A period's tickets under a changed rulebook: what alerts, overruns, ends and rates would have been (row N04)."""
