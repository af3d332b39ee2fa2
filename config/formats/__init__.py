"""The formats of numbers and times on the pages."""
