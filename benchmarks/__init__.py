"""`make bench`: the product measured beside a plain Django/DRF floor in the same run (speed page)."""
