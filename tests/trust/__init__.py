"""What others do to this server, and what it loses by it: each story is a promise of docs/trust.md."""
