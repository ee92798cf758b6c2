"""Rules: standard library only, time as an argument."""
