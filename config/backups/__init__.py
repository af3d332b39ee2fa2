"""Backups of everything that a server has: database, files and keys, in one folder."""
