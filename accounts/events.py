"""Events that listeners can count. Sending costs almost nothing if nobody listens."""

from django.dispatch import Signal

delivered = Signal()
"""A message was `sent`, `failed` or was `dropped` (`result`) on its way: mastodon, twittner or mail (`channel`)."""
limited = Signal()
"""A rate limit was hit; `limit` is its name."""
waited = Signal()
"""A lock of the database was held by somebody else."""
streaming = Signal()
"""The number of streams changed by `change`."""
