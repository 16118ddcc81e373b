"""the engine, and every table that two apps need."""
