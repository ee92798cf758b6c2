"""Schema migrations, one small step each, shipped inside the package."""
