"""The campaigns of a site: the list in the order of asking, the editor, publishing and versions."""
