"""Templates, style and words of the reader-facing pages; which page shows what is its capability's business."""

from flask import Blueprint

from service.pages.language import language

blueprint = Blueprint("pages", __name__, template_folder="templates", static_folder="static", static_url_path="/pages")
blueprint.add_app_template_global(language, "language")
