"""Pages and API, asked over HTTP by people with names."""
