"""What a sweep asks with a million rows waiting is answered from the partial indexes, on both databases."""

import pytest
from sqlalchemy import bindparam, select, text

from bot.store import models
from bot.store.queries import claims, followups

OF_MESSAGE = select(models.followups.c.id).where(models.followups.c.message_id == bindparam("message_id"))


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        (followups._NEXT_DUE, "ix_followups_due"),
        (followups._GLANCE, "ix_followups_due"),
        (followups._GLANCE, "uq_followups_in_flight"),
        (followups._DOUBTFUL, "uq_followups_in_flight"),
        (claims._DUE_IDS, "ix_followups_due"),
        (claims._PICK, "ix_followups_due"),
        (claims._PICK, "uq_followups_in_flight"),
        (claims._LANDING.params(address_ids=["1"]), "uq_followups_in_flight"),
        (OF_MESSAGE, "ix_followups_message"),
    ],
)
def test_the_index_is_used(build, statement, index):
    store = build().line.store
    asked = str(statement.compile(store.engine, compile_kwargs={"render_postcompile": True}))
    with store.begin() as work:
        if store.is_sqlite:
            rows = work.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", tuple("1" * asked.count("?")))
        else:
            # A table without rows is read from end to end, and so is one of a few pages.
            work.execute(text("SET LOCAL enable_seqscan = off"))
            work.execute(text("SET LOCAL enable_bitmapscan = off"))
            work.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
            work.exec_driver_sql(f"PREPARE asked AS {_numbered(asked)}")
            rows = work.exec_driver_sql(f"EXPLAIN EXECUTE asked({', '.join(['NULL'] * asked.count('%('))})")
        plan = "\n".join(str(row) for row in rows)
    assert index in plan


def _numbered(asked: str) -> str:
    """The driver's %(name)s::TYPE as PREPARE wants it: $1::TYPE."""
    head, *rest = asked.split("%(")
    return head + "".join(f"${number}{part.partition(')s')[2]}" for number, part in enumerate(rest, start=1))
