"""The extension `/api/latchkey/v1`: the features of the gate, for clients that know it (docs/extension.md)."""
