"""Scheduled reports (row K04): declared as data, made after every period, one copy for each receiver's own eyes."""
