"""HTTP: parses what comes in, calls the rules, renders what goes out."""
