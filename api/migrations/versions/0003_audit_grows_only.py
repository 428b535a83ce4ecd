"""The database itself refuses to change or remove an entry of the audit log."""

from alembic import op

revision = "0003"
down_revision = "0002"

_SQLITE = """CREATE TRIGGER audit_{name} BEFORE {deed} ON audit {when}
BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
#: INSERT OR REPLACE removes a row without asking a trigger for DELETE.
_REPLACED = "WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"

_POSTGRESQL = """CREATE FUNCTION audit_grows_only() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'the audit log is append-only'; END$$"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE.format(name="update", deed="UPDATE", when=""))
        op.execute(_SQLITE.format(name="delete", deed="DELETE", when=""))
        op.execute(_SQLITE.format(name="replace", deed="INSERT", when=_REPLACED))
        return
    op.execute(_POSTGRESQL)
    op.execute(
        "CREATE TRIGGER audit_grows_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_grows_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name in ("update", "delete", "replace"):
            op.execute(f"DROP TRIGGER audit_{name}")
        return
    op.execute("DROP TRIGGER audit_grows_only ON audit")
    op.execute("DROP FUNCTION audit_grows_only")
