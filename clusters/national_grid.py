"""From the National Grid (OSGB36) to latitude and longitude (WGS84), to within some five metres.

The formulas and constants are of Ordnance Survey's "A guide to coordinate systems in Great Britain", annexes B and C.
"""

import math

AIRY = (6_377_563.396, 6_356_256.909)  # semi-axes in metres
WGS84 = (6_378_137.0, 6_356_752.314_2)
SCALE, TRUE_NORTH, TRUE_EAST = 0.999_601_271_7, -100_000.0, 400_000.0
LATITUDE_0, LONGITUDE_0 = math.radians(49), math.radians(-2)
SHIFT = (446.448, -125.157, 542.060)  # metres
TURN = tuple(math.radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
STRETCH = -20.4894e-6


def to_wgs84(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in degrees, of metres east and north."""
    return from_cartesian(shifted(to_cartesian(*from_grid(easting, northing))))


def meridional_arc(latitude: float) -> float:
    a, b = AIRY
    n = (a - b) / (a + b)
    less, more = latitude - LATITUDE_0, latitude + LATITUDE_0
    return (b * SCALE) * (
        (1 + n + 1.25 * n**2 + 1.25 * n**3) * less
        - (3 * n + 3 * n**2 + 21 / 8 * n**3) * math.sin(less) * math.cos(more)
        + (15 / 8 * n**2 + 15 / 8 * n**3) * math.sin(2 * less) * math.cos(2 * more)
        - 35 / 24 * n**3 * math.sin(3 * less) * math.cos(3 * more)
    )


def from_grid(easting: float, northing: float) -> tuple[float, float]:
    """Latitude and longitude in radians on Airy's ellipsoid (annex C.2)."""
    a, b = AIRY
    e2 = 1 - (b / a) ** 2
    latitude = LATITUDE_0 + (northing - TRUE_NORTH) / (a * SCALE)
    for _ in range(10):
        rest = northing - TRUE_NORTH - meridional_arc(latitude)
        if abs(rest) < 1e-5:
            break
        latitude += rest / (a * SCALE)
    sine, tangent, secant = math.sin(latitude), math.tan(latitude), 1 / math.cos(latitude)
    nu = a * SCALE / math.sqrt(1 - e2 * sine**2)
    rho = a * SCALE * (1 - e2) / (1 - e2 * sine**2) ** 1.5
    eta2, t2, east = nu / rho - 1, tangent**2, easting - TRUE_EAST
    vii = tangent / (2 * rho * nu)
    viii = tangent / (24 * rho * nu**3) * (5 + 3 * t2 + eta2 - 9 * t2 * eta2)
    ix = tangent / (720 * rho * nu**5) * (61 + 90 * t2 + 45 * t2**2)
    x = secant / nu
    xi = secant / (6 * nu**3) * (nu / rho + 2 * t2)
    xii = secant / (120 * nu**5) * (5 + 28 * t2 + 24 * t2**2)
    xiia = secant / (5040 * nu**7) * (61 + 662 * t2 + 1320 * t2**2 + 720 * t2**3)
    return (
        latitude - vii * east**2 + viii * east**4 - ix * east**6,
        LONGITUDE_0 + x * east - xi * east**3 + xii * east**5 - xiia * east**7,
    )


def to_cartesian(latitude: float, longitude: float) -> tuple[float, float, float]:
    a, b = AIRY
    e2 = 1 - (b / a) ** 2
    nu = a / math.sqrt(1 - e2 * math.sin(latitude) ** 2)
    return (
        nu * math.cos(latitude) * math.cos(longitude),
        nu * math.cos(latitude) * math.sin(longitude),
        (1 - e2) * nu * math.sin(latitude),
    )


def shifted(point: tuple[float, float, float]) -> tuple[float, float, float]:
    """From Airy's to the WGS84 ellipsoid (Helmert)."""
    x, y, z = point
    rx, ry, rz = TURN
    grown = 1 + STRETCH
    return (
        SHIFT[0] + grown * x - rz * y + ry * z,
        SHIFT[1] + rz * x + grown * y - rx * z,
        SHIFT[2] - ry * x + rx * y + grown * z,
    )


def from_cartesian(point: tuple[float, float, float]) -> tuple[float, float]:
    x, y, z = point
    a, b = WGS84
    e2 = 1 - (b / a) ** 2
    across = math.hypot(x, y)
    latitude = math.atan2(z, across * (1 - e2))
    for _ in range(4):
        nu = a / math.sqrt(1 - e2 * math.sin(latitude) ** 2)
        latitude = math.atan2(z + e2 * nu * math.sin(latitude), across)
    return math.degrees(latitude), math.degrees(math.atan2(y, x))
