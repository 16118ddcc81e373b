"""Quality inspection (row P02): samples of tickets, test calls, and the review of what was not taken up."""
