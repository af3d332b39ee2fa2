"""The archive of a member's data, and imports of a member's lists from another server."""
