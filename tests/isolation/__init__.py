"""What the isolation tests stand on: three look-alike organisations, every address, and somebody who tries them all."""
