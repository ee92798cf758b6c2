"""Every page in a real browser, looked at by axe."""
