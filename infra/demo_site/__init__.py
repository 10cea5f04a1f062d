"""The Carrowmere Courier: an invented newspaper with Keepopen on its pages, for the demo."""

from infra.demo_site.newspaper import Widget, create_newspaper

__all__ = ["Widget", "create_newspaper"]
