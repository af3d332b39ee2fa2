"""Times are written with their zone, as `accounts.columns` writes them."""

DATETIME_FORMAT = "j M Y, H:i T"
DATE_FORMAT = "j M Y"
