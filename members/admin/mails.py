"""The outbox, to be read. Mails that were given up can be sent again."""

import re

from django.contrib import admin, messages
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters import trail
from clusters.scoping import ReadOnlyAdmin, ScopedFilter
from members.models import OutgoingMail
from members.outbox import ACCOUNT

# The part of an address that django.core.signing made: it ends in a colon and a signature.
SIGNED = re.compile(r"(?<=[^/:]/)[^\s/]*:[\w-]{20,}")


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyAdmin):
    list_display = ["subject", "to", "cluster", "state", "created_at", "sent_at", "attempts", "error"]
    list_filter = ["state", "kind", ("cluster", ScopedFilter)]
    list_select_related = ["cluster"]
    search_fields = ["to", "subject"]
    date_hierarchy = "created_at"
    actions = ["send_again"]
    fieldsets = [
        (None, {"fields": ["subject", "to", "from_name", "reply_to", "cluster", "words"]}),
        (
            _("Sending"),
            {"fields": ["state", "created_at", "due_at", "attempts", "sent_at", "error", "message_id"]},
        ),
    ]

    @admin.display(description=_("text"))
    def words(self, mail):
        """Without what would let a reader act for the person: codes, and links that answer without signing in."""
        if mail.kind == ACCOUNT:
            return gettext("Only the person sees this mail.")
        return SIGNED.sub("…", mail.text) or gettext("Forgotten: the mail is old.")

    @admin.action(description=_("Send again"), permissions=["view"])
    def send_again(self, request, queryset):
        number = queryset.send_again()
        if number:
            for mail in queryset.filter(state=OutgoingMail.State.WAITING).select_related("cluster"):
                trail.record(request.user, "sent again", mail, cluster=mail.cluster)
            sentence = ngettext(
                "%(number)s mail goes out again in a moment.",
                "%(number)s mails go out again in a moment.",
                number,
            )
            self.message_user(request, sentence % {"number": number}, messages.SUCCESS)
        else:
            self.message_user(
                request, gettext("None of these mails was given up, so none is sent again."), messages.WARNING
            )
