"""`manage.py doctor`: checks of a server and its surroundings, each with a remedy."""
