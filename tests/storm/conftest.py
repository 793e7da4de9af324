"""An empty record for a storm, once of each kind."""

import pytest

from tests.storm import record as records


@pytest.fixture(params=records.KINDS)
def record(request, tmp_path):
    """A runtime on an empty record, and its PostgreSQL, which a storm may restart; None for SQLite."""
    with records.opened(request.param, tmp_path) as found:
        yield found
