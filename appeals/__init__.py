"""regulator cases, branch reports, findings, filings."""
