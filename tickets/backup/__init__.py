"""Backup and restore of the whole installation: database and files, never the keys (row S09)."""
