"""What a WSGI server and the `flask` command load."""

from service.app import create_app_from_environment

app = create_app_from_environment()
