"""SQL: the tables, the journal that alone writes events, and the queries."""
