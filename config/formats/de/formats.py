"""As in `config.formats.en`."""

DATETIME_FORMAT = "j. M Y, H:i T"
DATE_FORMAT = "j. M Y"
