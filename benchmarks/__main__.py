"""Prepare the environment, then hand over: settings are read once, so they must stand before Django is imported."""

import sys

from benchmarks.place import Place

if __name__ == "__main__":
    place = Place.from_environment()
    place.prepare_environment()
    if "hotline" in sys.argv[1:]:
        from benchmarks.hotline_day import run
    else:
        from benchmarks.run import run
    sys.exit(run(place))
