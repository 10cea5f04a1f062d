"""Templates and style of the reader-facing pages; which page shows what is its capability's business."""

from flask import Blueprint

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages")
