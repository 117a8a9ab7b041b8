"""The example installation of `make demo`: made-up organisations that keep the promises of real ones."""
