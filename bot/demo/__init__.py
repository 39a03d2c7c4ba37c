"""The demo: the product, a LINE simulator and a demo team with a year of invented cases, on one machine."""

from bot.demo.running import run_demo

__all__ = ["run_demo"]
