"""Make Superset's metadata and import the dashboards; runs in Superset's environment, in one process.

``python set_up.py ASSETS`` with the settings in ``$SUPERSET_CONFIG_PATH`` and ``$SUPERSET_HOME``. Everything may be
done again: the tables are upgraded, the user gets the password of the file, dashboards replace their older selves.
Tested in tests/infra/superset/test_server.py.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from flask.cli import ScriptInfo
from superset.app import create_app
from superset.cli.main import superset

USER = "admin"


def main(assets: str) -> None:
    """Run Superset's own commands, one after the other."""
    app = create_app()
    password = (Path(os.environ["SUPERSET_HOME"]) / "password").read_text().strip()
    who = ["--username", USER, "--firstname", "Local", "--lastname", "Reader", "--email", "admin@localhost"]
    for command in (
        ["db", "upgrade"],
        ["init"],
        ["fab", "create-admin", *who, "--password", password],
        ["fab", "reset-password", "--username", USER, "--password", password],
    ):
        superset.main(command, standalone_mode=False, obj=ScriptInfo(create_app=lambda: app))
    with app.app_context():
        _import(Path(assets))


def _import(folder: Path) -> None:
    """Replace databases, datasets, charts and dashboards by those of the folder, all or nothing."""
    # These need an application when they are imported.
    from superset.commands.importers.v1.assets import ImportAssetsCommand
    from superset.extensions import security_manager
    from superset.utils.core import override_user

    contents = {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*.yaml"))}
    with override_user(security_manager.find_user(USER)):
        ImportAssetsCommand(contents).run()


if __name__ == "__main__":
    main(sys.argv[1])
