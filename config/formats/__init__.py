"""How the pages write numbers and times."""
