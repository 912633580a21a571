"""Refuse a PostgreSQL user who may do more than read; runs in Superset's environment.

``python check_reader.py ADDRESS`` prints one line and ends with 1 where the user cannot connect, may change a published
table, or reaches the files of the server. Tested in tests/infra/superset/test_server.py.
"""

from __future__ import annotations

import sys

import psycopg2

_MAY_DO_MORE = """
select
    (select rolsuper from pg_roles where rolname = current_user)
    or exists (
        select from pg_roles
        where
            rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
            and pg_has_role(current_user, oid, 'member')
    )
    or exists (
        select from pg_class
        where
            relnamespace in (to_regnamespace('marts'), to_regnamespace('reports'))
            and relkind in ('r', 'v')
            and has_table_privilege(oid, 'insert, update, delete, truncate')
    )
"""


def main(address: str) -> int:
    """Connect as Superset will, and ask what this user may do."""
    try:
        with psycopg2.connect(address, connect_timeout=15) as connection, connection.cursor() as cursor:
            cursor.execute(f"select current_user, ({_MAY_DO_MORE})")
            user, may_do_more = cursor.fetchone()
    except psycopg2.Error as error:
        sys.stdout.write(" ".join(str(error).split()))
        return 1
    if may_do_more:
        sys.stdout.write(f"{user} may do more than read the published tables")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].replace("+psycopg2", "")))
