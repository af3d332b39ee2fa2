"""A member's data as one archive, and lists that a member brings from another server."""
