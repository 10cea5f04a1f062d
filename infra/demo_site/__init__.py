"""The Carrowmere Courier: a newspaper that does not exist, with Keepopen on its pages."""

from infra.demo_site.newspaper import Widget, create_newspaper

__all__ = ["Widget", "create_newspaper"]
