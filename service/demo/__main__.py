"""`python -m service.demo`: the demo without any settings in the environment."""

from service.demo.cli import demo

demo()
