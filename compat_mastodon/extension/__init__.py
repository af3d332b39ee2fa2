"""The extension `/api/latchkey/v1`: what the gate offers, for clients that know of it (docs/extension.md)."""
