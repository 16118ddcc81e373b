"""indicators, boards, exports; reads all, nobody imports it."""
