"""The largest amount that a report tells is kept beside it, in the index that a period's figures are read from."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_SEEN = ["seen_at", "pk", "key", "issue_id", "day", "category", "division"]
_FLAGS = ["urgent", "decided", "reviewed"]
_SLICE = 1000


def upgrade() -> None:
    op.drop_index("report_seen", "report")
    op.add_column("report", sa.Column("amount", sa.BigInteger, nullable=False, server_default="0"))
    _fill(op.get_bind())
    op.create_index("report_seen", "report", [*_SEEN, "amount", *_FLAGS])


def downgrade() -> None:
    op.drop_index("report_seen", "report")
    op.drop_column("report", "amount")
    op.create_index("report_seen", "report", [*_SEEN, *_FLAGS])


def _fill(connection: sa.Connection) -> None:
    """The largest of each report's amounts, of a range the lower end."""
    pk, amount = sa.column("pk", sa.Integer), sa.column("amount", sa.BigInteger)
    report, told = sa.table("report", pk, amount), sa.cast(sa.column("analysis"), sa.Text)
    telling = sa.select(pk, told).select_from(report).where(told.contains('"money"')).order_by(pk).limit(_SLICE)
    keep = sa.update(report).where(pk == sa.bindparam("of")).values(amount=sa.bindparam("fen"))
    last = -1
    while rows := connection.execute(telling.where(pk > last)).all():
        last = rows[-1][0]
        connection.execute(keep, [{"of": of, "fen": _largest(json.loads(text)["entities"])} for of, text in rows])


def _largest(entities: list[dict[str, object]]) -> int:
    values = [entity["value"] for entity in entities if entity["type"] == "money"]
    lower = [value.get("min") if isinstance(value, dict) else value for value in values]
    return min(max((fen for fen in lower if isinstance(fen, int)), default=0), 2**63 - 1)
