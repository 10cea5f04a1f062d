"""What a WSGI server and the `flask` command load."""

from service.app import create_app
from service.settings import read_settings

app = create_app(read_settings())
