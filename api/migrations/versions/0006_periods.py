"""What figures of a period count is read from indexes alone: no report's row is fetched for it."""

from alembic import op

revision = "0006"
down_revision = "0005"

_SEEN = ["seen_at", "pk", "key", "issue_id", "day", "category", "division", "urgent", "decided", "reviewed"]


def upgrade() -> None:
    op.drop_index("report_seen", "report")
    op.create_index("report_seen", "report", _SEEN)
    op.drop_index("report_issue", "report")
    op.create_index("report_issue", "report", ["issue_id", "pk", "day"])


def downgrade() -> None:
    op.drop_index("report_seen", "report")
    op.create_index("report_seen", "report", ["seen_at", "pk"])
    op.drop_index("report_issue", "report")
    op.create_index("report_issue", "report", ["issue_id", "pk"])
