"""Labels: what stock is like, what goes where on it, and the files that print it."""
