"""The process of the back office: `python -m service.back_office DESCRIPTOR`, with the number of an inherited socket.

The server starts it, and forwards to it what readers do not wait for (`service/serving/back_office.py`).
"""

from service.app import create_app
from service.serving.answering import serve_socket
from service.settings import read_settings

if __name__ == "__main__":
    serve_socket(create_app(read_settings()).wsgi_app)
