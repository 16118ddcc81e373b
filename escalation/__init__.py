"""escalated complaints, and the watch over every step."""
