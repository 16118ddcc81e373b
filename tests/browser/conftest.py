"""An office full of people for the tests in a browser."""

from typing import Any

import pytest

from tests.browser.office import Office


@pytest.fixture
def office(transactional_db: None, new_page: Any, live_server: Any) -> Office:
    return Office(new_page, live_server.url)
