"""Run a command of the service: `keepopen COMMAND`, or `python -m service.operations COMMAND`."""

from flask.cli import FlaskGroup, ScriptInfo


def main() -> None:
    """Run the command that the arguments name. The commands are those of `flask --app wsgi`."""
    group = FlaskGroup(add_default_commands=False, add_version_option=False, load_dotenv=False)
    group.main(prog_name="keepopen", obj=ScriptInfo(app_import_path="wsgi", load_dotenv_defaults=False))


if __name__ == "__main__":
    main()
