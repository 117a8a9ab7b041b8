"""How it runs in production; `make cluster` starts the same shape on one machine."""
