"""How fast it is on this machine: `make bench`. Never part of the suite."""
