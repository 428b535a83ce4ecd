"""Reports with their analysis, and the issues they belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "issue",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("status", sa.String(20), nullable=False),
    )
    op.create_table(
        "report",
        sa.Column("pk", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(401), nullable=False, unique=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("external_id", sa.String(200), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("received_at", sa.DateTime),
        sa.Column("channel", sa.String(200), nullable=False),
        sa.Column("region", sa.String(200), nullable=False),
        sa.Column("analysis", sa.JSON, nullable=False),
        sa.Column("vector", sa.LargeBinary, nullable=False),
        sa.Column("issue_id", sa.String(40), sa.ForeignKey("issue.id"), nullable=False),
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
    op.create_table(
        "verdict",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("by", sa.String(100), nullable=False),
        sa.Column("body", sa.JSON),
    )
    op.create_index("report_issue", "report", ["issue_id"])


def downgrade() -> None:
    op.drop_table("verdict")
    op.drop_table("lineage")
    op.drop_table("report")
    op.drop_table("issue")
