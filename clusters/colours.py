"""The contrast rule for an association's accent (WCAG 2.2, relative luminance)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

INK = "#10262b"
LEAST_CONTRAST = 7.0


def luminance(colour: str) -> float:
    """Relative luminance, 0 to 1, of #rrggbb."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def deepen(colour: str) -> str:
    """The accent as it looks pressed: a tenth darker."""
    return "#" + "".join(f"{int(int(colour[i : i + 2], 16) * 0.9):02x}" for i in (1, 3, 5))


def validate_accent(colour: str) -> None:
    try:
        ratio = contrast(colour, INK)
    except ValueError:
        return  # the pattern's own message says it
    if ratio < LEAST_CONTRAST:
        raise ValidationError(
            _(
                "Dark text on %(colour)s has a contrast of %(ratio)s to 1; "
                "it needs %(least_contrast)s to 1. Choose a lighter colour."
            )
            % {"colour": colour, "ratio": f"{ratio:.1f}", "least_contrast": f"{LEAST_CONTRAST:.0f}"}
        )
