"""Reports as files: each a pure function of a Document, which gives the same bytes for the same document."""
