"""Reports of erasing tools, read into records: bytes in, records out."""
