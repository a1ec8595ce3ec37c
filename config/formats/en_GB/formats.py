"""Where we write otherwise than Django does in British English. See FORMAT_MODULE_PATH."""

DATE_FORMAT = "j F Y"  # 19 November 2026
