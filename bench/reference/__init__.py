"""What most people would build: the usual Django and Channels, small, to measure against."""
