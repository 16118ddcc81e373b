"""The site: settings, addresses, processes. It names everything and decides nothing."""
