"""Where we write otherwise than Django does in British English. See FORMAT_MODULE_PATH."""

DATE_FORMAT = "j F Y"  # 19 November 2026
TIME_FORMAT = "H:i"  # 17:30, as in every agenda
DATETIME_FORMAT = "j M Y, H:i"
SHORT_DATETIME_FORMAT = "d/m/Y H:i"
