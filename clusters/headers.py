"""What every answer tells browsers, besides what Django and django-csp say: also files, kept pages and errors."""

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy

# Features no page of ours uses: none may be switched on, not even by a script that got in.
# Passkeys and copying to the clipboard are used, so these two stay.
UNUSED = (
    "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media", "fullscreen",
    "geolocation", "gyroscope", "magnetometer", "microphone", "midi", "payment", "picture-in-picture",
    "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
POLICIES = {
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    # Other sites can't show what is ours; the pictures made for sharing say otherwise themselves.
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class SayPolicies:
    """Stands before what answers by itself: static files, redirects to HTTPS. Pages are kept with what it says."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, policy in POLICIES.items():
            response.headers.setdefault(name, policy)
        return response


class SayWhatMayRun(CSPMiddleware):
    """django-csp puts its words together for each answer. Those of nearly all are the same: where neither a view nor a
    nonce asks for others, they are said as they were found first.
    """

    def __init__(self, get_response):
        super().__init__(get_response)
        self.usual = build_policy()

    def process_response(self, request, response):
        if "_csp_nonce" in vars(request) or any(name.startswith("_csp") for name in vars(response)):
            return super().process_response(request, response)
        response.headers.setdefault(HEADER, self.usual)
        return response
