"""Figures, each with its fraction, its target and the text it rests on."""
