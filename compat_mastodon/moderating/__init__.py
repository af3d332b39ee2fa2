"""Mastodon's moderation API: /api/v1/admin and /api/v2/admin, for moderators who granted the scopes `admin:…`."""
