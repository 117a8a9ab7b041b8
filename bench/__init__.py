"""How fast it is, beside the usual way to build it in the same run: `make bench`. Programs, not tests."""
