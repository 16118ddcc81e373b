"""Cells of tables that an office program opens: none of them is read as a formula (rule 16, row S08)."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def safe_cell(cell: str) -> str:
    """A text that stays a text: an apostrophe before what would begin a formula, no character that files refuse."""
    text = cell.replace("\x00", "␀").encode("utf-8", "replace").decode()
    return f"'{text}" if text.startswith(FORMULA) else text
