"""What both edges do: compose files, rules, rows and documents."""
