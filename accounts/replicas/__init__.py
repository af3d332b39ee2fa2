"""Reads from replicas of the primary, for what accounts show to others (`settings.DATABASE_REPLICAS`).

`routing` sends a read to a replica, `positions` makes sure that nobody misses their own writes, and `health` leaves
out replicas that lag or do not answer. Without replicas, none of this does anything.
"""
