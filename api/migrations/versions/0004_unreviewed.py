"""All that nobody has looked at, the latest first, is read from an index."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("report_unreviewed", "report", ["reviewed", "seen_at", "pk"])


def downgrade() -> None:
    op.drop_index("report_unreviewed", "report")
