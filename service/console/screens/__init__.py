"""The screens of the console. A screen has its routes in `pages.py`, and its templates beside them."""
