"""R02: the words for time in a rulebook are read strictly and refused in a sentence."""

from datetime import timedelta
from fractions import Fraction

import pytest

from tickets.limit_words import Limit, LimitError, Moment, parse_moment


@pytest.mark.parametrize(
    ("key", "moment"),
    [
        ("90%", Moment("percent", percent=Fraction(90))),
        ("62.5%", Moment("percent", percent=Fraction(125, 2))),
        ("due", Moment("due")),
        ("due+24h", Moment("after", offset=timedelta(hours=24))),
        ("due+90s", Moment("after", offset=timedelta(seconds=90))),
        ("every 30min", Moment("every", offset=timedelta(minutes=30))),
    ],
)
def test_R02_moments_are_read(key, moment):
    assert parse_moment(key) == moment


@pytest.mark.parametrize(
    "key", ["", "100%", "0%", "-5%", "due+1d", "every 1d", "due-1h", "every 0h", "due+3wd", "Due", "90 %", "every24h"]
)
def test_R02_moments_that_are_none_are_refused(key):
    with pytest.raises(LimitError, match="is not a moment"):
        parse_moment(key)


@pytest.mark.parametrize("text", ["30s", "10min", "4h", "2d", "3wd", "1mo", "same-day"])
def test_R02_a_limit_is_written_as_it_is_read(text):
    assert str(Limit.parse(text)) == text
    assert Limit.parse(text).counts_working_time == (text in ("3wd", "same-day"))


@pytest.mark.parametrize(
    "text",
    ["", "3", "wd", "3 wd", "-1h", "0d", "1.5h", "3wk", "٣wd", "same day", "99999999999999h", "1000000wd", "3wd\n"],
)
def test_R02_a_limit_that_is_none_is_refused_in_a_sentence(text):
    with pytest.raises(LimitError, match="is not a limit"):
        Limit.parse(text)
