"""Streams: one process beside the WSGI server that sends news to clients (mastodon.md §3.8).

`app` speaks ASGI, `channels` knows the names and who may listen, `hub` hands the news out.
"""
