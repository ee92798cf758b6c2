"""The command line: exit codes, one JSON object, and sentences on stderr."""
