"""Import of old tickets (09, last rows but one): rows a second and peak memory, on the database of DATABASE_URL.

`python -m benchmarks.import_rows [ROWS]` makes a CSV of complaints with customer, answer and deadline, imports it in
a process of its own into the organisation of that database, and prints what it took. Every row becomes a ticket with
its text for search, step, promise, encrypted customer and chain of three events.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MUST, AIM = 2_000, 10_000  # rows a second
HEADING = ("id", "received", "phone", "channel", "business", "text", "answered", "answer")
MAPPING = """
source = "benchmark-{stamp}"
rulebook = "imported-cases"
rulebook_file = "{book}"
dates = ["iso"]
[ticket]
external_id = "id"
received_at = "received"
content = "text"
channel = "channel"
business_type = "business"
[customer]
phone = "phone"
[reply]
at = "answered"
text = "answer"
[promise]
limit = "3wd"
"""
TEXTS = (
    "家里宽带从上周五开始晚上八点以后经常断线,报修两次师傅都说好了,第二天又断,影响孩子上网课",
    "本月账单多扣了一笔二十元的增值业务费,我没有订购过,要求退费并关闭这项业务,不要再自动开通",
    "营业厅排队一个多小时,到了窗口说系统故障办不了,也没有人道歉,希望给个说法",
)


def make_file(path: Path, rows: int) -> None:
    began = datetime(2024, 1, 2, 9, 0)  # noqa: DTZ001  a wall clock, as such files hold
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(HEADING)
        for number in range(rows):
            received = began + timedelta(minutes=number % 400_000)
            answered = received + timedelta(hours=1 + number % 90)
            phone = f"13{number % 1_000_000_000:09d}"
            text = f"{TEXTS[number % 3]},编号{number}"
            writer.writerow((number, received, phone, "hotline", f"b{number % 9}", text, answered, "已处理,谢谢来电"))


def measure(rows: int) -> dict[str, float]:
    """Import that many rows; seconds, rows a second, peak megabytes of the importing process."""
    with tempfile.TemporaryDirectory() as folder:
        file, mapping = Path(folder) / "cases.csv", Path(folder) / "mapping.toml"
        make_file(file, rows)
        book = ROOT / "docs" / "mappings" / "imported-cases.toml"
        mapping.write_text(MAPPING.format(stamp=time.time_ns(), book=book), encoding="utf-8")
        command = [sys.executable, str(ROOT / "manage.py"), "import_tickets", str(file), "--mapping", str(mapping)]
        began = time.monotonic()
        done = subprocess.run([*command, *organisation()], capture_output=True, text=True)
        seconds = time.monotonic() - began
    if f"{rows} 行 = 导入 {rows} " not in done.stdout:
        raise SystemExit(done.stdout + done.stderr)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"rows": rows, "seconds": seconds, "rows_a_second": rows / seconds, "peak_mb": peak}


def organisation() -> list[str]:
    code = os.environ.get("BENCH_ORGANISATION", "")
    return ["--organisation", code] if code else []


def main(arguments: list[str]) -> None:
    rows = int(arguments[0]) if arguments else 20_000
    for size in (rows // 4, rows):  # memory is flat when four times the rows need no more of it
        found = measure(size)
        print(
            f"import {found['rows']:>9,.0f} rows  {found['seconds']:6.1f} s  {found['rows_a_second']:8,.0f} rows/s"
            f"  peak {found['peak_mb']:.0f} MB   must {MUST:,}, aim {AIM:,}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
