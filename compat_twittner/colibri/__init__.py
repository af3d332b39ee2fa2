"""The import of a ColibriSM network from a dump of its MySQL database (docs/moving-in.md).

`source` reads the file as text, `dump` finds the rows in it, and `staging` keeps those of the tables that `tables`
knows in a temporary database on disk. There `deciding` and `naming` decide about each row, before anything is written.
`importing` then writes in batches: `people`, `graph` and `media` say how. `report` says what became of all.
"""
