"""placeholder"""

from flask import Blueprint

from infra.stripe_sandbox.sandbox import Sandbox


def make_blueprint(sandbox: Sandbox) -> Blueprint:
    return Blueprint("portal", __name__)
