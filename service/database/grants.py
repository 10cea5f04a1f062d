"""The role of the application and its rights, as the migrations give them.

A dump holds no roles, so a database that was restored without the role has lost all its rights. Therefore each run of
`migrate` gives them again.
"""

import re
from pathlib import Path

from psycopg import sql
from sqlalchemy import Connection, text

from service.database.embedded_server import APPLICATION_ROLE

VERSIONS = Path(__file__).parent / "migrations" / "versions"
RIGHT = re.compile(rf"\b(?:GRANT|REVOKE)\b[^;\"]*?\b(?:TO {APPLICATION_ROLE}|FROM PUBLIC)\b")
# Roles belong to the whole server, so another database or an administrator may have created this role already, and
# the role that migrates may not be allowed to give it away.
CREATE_ROLE = f"""
DO $$
BEGIN
    BEGIN
        IF to_regrole('{APPLICATION_ROLE}') IS NULL THEN
            CREATE ROLE {APPLICATION_ROLE} NOLOGIN;
        END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
        NULL;
    END;
    IF NOT pg_has_role(current_user, '{APPLICATION_ROLE}', 'MEMBER') THEN
        GRANT {APPLICATION_ROLE} TO CURRENT_USER;
    END IF;
END
$$
"""
# A temporary table hides a table of ours with its name from any statement that does not say `public`. Only the owner of
# the database can revoke this right; the guards of the ledger say `public`, so they hold without it.
REVOKE_TEMPORARY = f"""
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC, {APPLICATION_ROLE}', current_database());
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END
$$
"""
IS_MEMBER = text("SELECT pg_has_role(oid, :role, 'MEMBER') FROM pg_roles WHERE rolname = :login")


def restore_rights(connection: Connection, login: str | None) -> None:
    """Create the application's role if it is missing, and give it all its rights again.

    `login`: the user of the service, who becomes a member of the role if the server has such a user.
    """
    cursor = connection.connection.cursor()
    cursor.execute(CREATE_ROLE)
    for path in sorted(VERSIONS.glob("*.py")):
        for right in RIGHT.findall(path.read_text(encoding="utf-8")):
            cursor.execute(right)
    cursor.execute(REVOKE_TEMPORARY)
    is_member = connection.execute(IS_MEMBER, {"role": APPLICATION_ROLE, "login": login}).scalar()  # None: no such user
    if login is not None and is_member is False:
        role = sql.SQL("GRANT {} TO {}").format(sql.Identifier(APPLICATION_ROLE), sql.Identifier(login))
        connection.connection.cursor().execute(role.as_string())
