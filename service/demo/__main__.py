"""Run the demo with `python -m service.demo`, without any settings in the environment."""

from service.demo.cli import demo

demo()
