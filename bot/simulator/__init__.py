"""Plays the LINE platform over HTTP for the demo and the tests.

It is reached by URL alone and shares no code with the product: a simulator that used our
rules would make our mistakes. The control interface is described in `bot.simulator.app`.
"""
