"""Every test on every lane this machine has: `python -m tests.run_lanes [pytest's own arguments]`.

The processes of all lanes belong to one pytest, so its last line counts every lane. With CI=true a server that
does not answer is a failure.
"""

import os
import sys

import pytest

from tests import lanes


def specs() -> list[str]:
    """What xdist starts: at least one process for each lane, one for each core in all."""
    here = lanes.lanes_here()
    each = max(1, (os.cpu_count() or 2) // len(here))
    return [f"--tx={each}*popen//env:TEST_LANE={lane}" for lane in here]


def main() -> int:
    lanes.run_name()
    os.environ["TEST_LANES"] = " ".join(lanes.lanes_here())  # the processes that xdist starts read it
    # classic: xdist reckons the progress by one process's tests, and ours differ
    plain = ["-p", "no:cacheprovider", "-o", "console_output_style=classic"]
    arguments = [*plain, "--dist=load", *specs(), *sys.argv[1:]]
    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main())
