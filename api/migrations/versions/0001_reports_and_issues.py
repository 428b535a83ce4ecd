"""Reports with their analysis, the issues they belong to, their handling, and who may do what."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_COUNTER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.String(20), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("revoked_at", sa.DateTime),
    )
    op.create_table(
        "audit",
        sa.Column("id", _COUNTER, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(401), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_table(
        "event",
        sa.Column("id", _COUNTER, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("subject", sa.String(401), nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "idempotency",
        sa.Column("by", sa.String(100), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("request", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_table(
        "issue",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("changed_at", sa.DateTime),
        sa.Column("office", sa.String(100), nullable=False),
        sa.Column("due_at", sa.DateTime),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("place", sa.String(200)),
        sa.Column("division", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("first_seen", sa.DateTime),
        sa.Column("last_seen", sa.DateTime),
        sa.Column("opened", sa.Integer, nullable=False),
        sa.Column("active_at", sa.DateTime),
    )
    op.create_index("issue_active", "issue", ["active_at", "opened"])
    op.create_index("issue_category_size", "issue", ["category", "size", "opened"])
    op.create_index("issue_size", "issue", ["size", "opened"])
    op.create_index("issue_status_due", "issue", ["status", "due_at"])
    op.create_table(
        "job",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("done", sa.Integer, nullable=False),
        sa.Column("known", sa.Integer, nullable=False),
        sa.Column("rejected", sa.JSON, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
    )
    op.create_table(
        "lineage",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("issue", sa.String(40), nullable=False),
        sa.Column("other", sa.String(40)),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
    )
    op.create_index("lineage_issue", "lineage", ["issue"])
    op.create_index("lineage_other", "lineage", ["other"])
    op.create_table(
        "local_place",
        sa.Column("name", sa.String(100), primary_key=True),
        sa.Column("division", sa.String(200), nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "purged",
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("category", sa.String(40), primary_key=True),
        sa.Column("division", sa.String(200), primary_key=True),
        sa.Column("reports", sa.Integer, nullable=False),
    )
    op.create_table(
        "transition",
        sa.Column("id", _COUNTER, primary_key=True),
        sa.Column("issue", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("before", sa.String(20), nullable=False),
        sa.Column("after", sa.String(20), nullable=False),
        sa.Column("office", sa.String(100), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
    )
    op.create_index("transition_issue", "transition", ["issue"])
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("body", sa.JSON),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("cursor", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.DateTime),
        sa.Column("error", sa.Text, nullable=False),
    )
    turn = op.create_table(
        "turn",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("purges", sa.Integer, nullable=False),
    )
    op.bulk_insert(turn, [{"id": 1, "revision": 0, "purges": 0}])
    op.create_table(
        "report",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(401), nullable=False, unique=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("issue_id", sa.String(40), sa.ForeignKey("issue.id"), nullable=False),
        sa.Column("founder", sa.Boolean, nullable=False),
        sa.Column("linked_category", sa.String(40), nullable=False),
        sa.Column("received_at", sa.DateTime),
        sa.Column("stored_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("region", sa.String(200), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("score", sa.Double, nullable=False),
        sa.Column("decided", sa.Boolean, nullable=False),
        sa.Column("urgent", sa.Boolean, nullable=False),
        sa.Column("reviewed", sa.Boolean, nullable=False),
        sa.Column("division", sa.String(200), nullable=False),
        sa.Column("headline", sa.String(100), nullable=False),
        sa.Column("places", sa.JSON, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("analysis", sa.JSON, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
    )
    op.create_index("report_category_seen", "report", ["category", "seen_at", "pk"])
    op.create_index("report_day", "report", ["day", "category", "division"])
    op.create_index("report_issue", "report", ["issue_id", "pk"])
    op.create_index("report_queue", "report", ["reviewed", "decided", "score", "pk"])
    op.create_index("report_seen", "report", ["seen_at", "pk"])
    op.create_index("report_urgent", "report", ["reviewed", "urgent", "seen_at", "pk"])
    op.create_table(
        "correction",
        sa.Column("id", _COUNTER, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("report_pk", sa.Integer, sa.ForeignKey("report.pk", ondelete="CASCADE"), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False),
    )
    op.create_index("correction_report", "correction", ["report_pk"])


def downgrade() -> None:
    op.drop_table("correction")
    op.drop_table("report")
    op.drop_table("turn")
    op.drop_table("webhook")
    op.drop_table("verdict")
    op.drop_table("transition")
    op.drop_table("purged")
    op.drop_table("local_place")
    op.drop_table("lineage")
    op.drop_table("job")
    op.drop_table("issue")
    op.drop_table("idempotency")
    op.drop_table("event")
    op.drop_table("audit")
    op.drop_table("api_key")
