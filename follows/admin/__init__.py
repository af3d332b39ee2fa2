"""The graph in the admin: moderators decide requests, close reports, and look at the rest.

Every change goes through the domain, row by row, in the moderator's name; rows have no forms.
"""

from accounts.changelists import ListAdmin
from follows.admin import accounts, records, reports, requests, servers
from follows.finding import search

__all__ = ["accounts", "records", "reports", "requests", "servers"]

ListAdmin.people = staticmethod(search.for_moderators)
