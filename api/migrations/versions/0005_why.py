"""Why a report joined its issue is kept with it, and who brought it elsewhere since."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("report", sa.Column("why", sa.JSON))
    op.add_column("report", sa.Column("moved_by", sa.String(100)))


def downgrade() -> None:
    op.drop_column("report", "moved_by")
    op.drop_column("report", "why")
