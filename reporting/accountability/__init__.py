"""责任追究: measures that follow from findings and lateness (rows P01, P04-P06; docs 2, 8, 10, 11, 13)."""
