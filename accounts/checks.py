"""The system checks of `accounts`."""

from typing import Any

import django
from django.core import checks

from accounts import statements


@checks.register(checks.Tags.compatibility)
def tested_with_this_django(**_: Any) -> list[checks.CheckMessage]:
    """Warn with `latchkey.W001` if `statements` is not tested with the running version of Django.

    `statements` compiles SQL with private parts of Django, which may change with every feature release.
    """
    if django.VERSION[:2] in statements.TESTED_WITH:
        return []
    tested = ", ".join(f"{major}.{minor}" for major, minor in statements.TESTED_WITH)
    return [
        checks.Warning(
            f"Latchkey is not tested with Django {django.get_version()}.",
            hint=f"accounts.statements uses private parts of Django. Use Django {tested}, or run the tests first.",
            id="latchkey.W001",
        )
    ]
