from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clusters import markdown
from clusters.acts import ObjectActs, act
from clusters.editing import SameTimeForm
from clusters.editing_desk import SameTimeAdmin
from clusters.models import Association, Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from members.models import Company
from news import articles, consents, letters
from news.forms import GiveBackForm
from news.models import Article, Letter


class ArticleForm(SameTimeForm):
    """A cluster's coordinator writes for the own clusters; for a whole association its officers do."""

    speaks_for: object = None

    def clean(self):
        cleaned = super().clean()
        association, clusters = cleaned.get("association"), cleaned.get("clusters")
        if association and clusters is not None:
            strangers = [str(cluster) for cluster in clusters if cluster.association_id != association.pk]
            if strangers:
                self.add_error(
                    "clusters",
                    gettext("Not a part of %(association)s: %(strangers)s.")
                    % {"association": association, "strangers": ", ".join(strangers)},
                )
            if not clusters and not self.speaks_for.filter(pk=association.pk).exists():
                self.add_error("clusters", gettext("Say which of your clusters this is about."))
        return cleaned


@admin.register(Article)
class ArticleAdmin(ObjectActs, SameTimeAdmin, ScopedAdmin):
    form = ArticleForm
    list_display = ["title", "kind", "state", "submitted_at", "published_at", "association"]
    list_filter = ["state", "kind", ("clusters", ScopedFilter)]
    list_select_related = ["association"]
    search_fields = ["title", "summary"]
    readonly_fields = [
        "state",
        "told_by",
        "submitted_at",
        "note",
        "published_at",
        "what_firms_say",
        "picture_shown",
    ]
    prepopulated_fields = {"slug": ["title"]}
    filter_horizontal = ["clusters", "companies"]
    acts = ["publish", "give_back", "ask_firms", "withdraw"]

    class Media:
        js = ["admin/choices.js"]

    fieldsets = [
        (None, {"fields": ["state", "told_by", "submitted_at", "note", "what_firms_say", "published_at"]}),
        (_("What it says"), {"fields": ["kind", "title", "slug", "summary"]}),
        (_("A story's three answers"), {"fields": ["problem", "together", "result"]}),
        (_("Other text"), {"fields": ["body"]}),
        (
            _("Beside the text"),
            {"fields": ["quote", "quote_by", "outcome", "theme", "scene", "picture_shown"]},
        ),
        (_("What it is about"), {"fields": ["association", "clusters", "companies"]}),
    ]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"speaks_for": Association.objects.managed_by(request.user)})

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("association", "author", "company", "picture")

    def choices_for(self, db_field, request):
        if db_field.name == "association":
            mine = Cluster.objects.managed_by(request.user).values("association")
            return Association.objects.filter(pk__in=mine) | Association.objects.managed_by(request.user)
        if db_field.name == "companies":
            return Company.objects.visible_to(request.user)
        return super().choices_for(db_field, request)

    def places_of(self, article):
        """Of the clusters it is about; of a whole association where it is about none."""
        clusters = [{"cluster": cluster} for cluster in article.clusters.all()]
        return clusters or super().places_of(article)

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)
        if change:
            articles.record(request.user, "changed", obj, ", ".join(form.changed_data))

    @admin.display(description=_("told by"))
    def told_by(self, article):
        return ", ".join(str(one) for one in (article.author, article.company) if one) or "-"

    @admin.display(description=_("what the firms in it say"))
    def what_firms_say(self, article):
        if article.pk is None:
            return gettext("Firms named below are asked before it is published.")
        said = {consent.company_id: consent for consent in article.consents.select_related("company")}
        rows = [
            (
                company,
                said[company.pk].get_state_display() if company.pk in said else gettext("Not asked yet"),
                note(said, company),
            )
            for company in consents.named(article)
        ]
        return format_html_join("", "<div>{}: {}{}</div>", rows) or gettext(
            "It names nobody but its author’s own firm."
        )

    @admin.display(description=_("its own picture"))
    def picture_shown(self, article):
        picture = getattr(article, "picture", None)
        if picture is None:
            return gettext("None")
        return format_html(
            '<a href="{}"><img src="{}" alt="{}" width="240"></a>',
            picture.get_absolute_url(),
            picture.small_url,
            picture.description,
        )

    @act(_("Publish"), shown=lambda article: article.state != Article.State.PUBLISHED)
    def publish(self, request, article, form):
        articles.publish(article, by=request.user)
        return gettext("Published. Everybody can read it now.")

    @act(_("Give it back"), shown=lambda article: article.state == Article.State.SUBMITTED, form=GiveBackForm)
    def give_back(self, request, article, form):
        articles.give_back(article, form.cleaned_data["note"], by=request.user)
        return gettext("Given back. The author gets your note by mail.")

    @act(
        _("Ask the firms in it"),
        shown=lambda article: article.state != Article.State.PUBLISHED and consents.missing(article),
        confirm=_("Each firm that has not been asked about these words gets a mail to agree or refuse."),
    )
    def ask_firms(self, request, article, form):
        unheard = articles.ask_firms(article, by=request.user)
        if unheard:
            names = ", ".join(company.name for company in unheard)
            return gettext("Asked. Nobody acts for %(names)s, so it can only be left out.") % {"names": names}
        return gettext("Asked. What they say stands on this page.")

    @act(
        _("Withdraw"),
        shown=lambda article: article.state == Article.State.PUBLISHED,
        confirm=_("It disappears from the site and the lists. You can publish it again."),
        danger=True,
    )
    def withdraw(self, request, article, form):
        articles.withdraw(article, by=request.user)
        return gettext("Withdrawn. Only you and the other coordinators see it.")


def note(said: dict, company: Company) -> str:
    words = said[company.pk].note if company.pk in said else ""
    return f", “{words}”" if words else ""


@admin.register(Letter)
class LetterAdmin(ObjectActs, ScopedAdmin):
    """Written and looked at, tried on oneself, sent once. What was sent stays as it was."""

    list_display = ["subject", "organiser", "state", "sent_at", "mails"]
    list_filter = ["state", ("cluster", ScopedFilter)]
    list_select_related = ["cluster", "association"]
    search_fields = ["subject"]
    acts = ["test", "send"]
    fields = ["cluster", "association", "subject", "body", "preview", "state", "sent_at", "mails"]
    result = ["preview", "state", "sent_at", "mails"]

    @admin.display(description=_("organiser"))
    def organiser(self, letter):
        return letter.organiser

    def get_readonly_fields(self, request, obj=None):
        sent = obj is not None and obj.state == Letter.State.SENT
        return self.fields if sent else self.result

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)

    @admin.display(description=_("as it reads in the mail"))
    def preview(self, letter):
        if letter.pk is None:
            return gettext("Save it first: then you see it here, and can send it to yourself.")
        return format_html('<div class="letter-preview">{}</div>', markdown.render(letter.body))

    @act(_("Send a test to me"), shown=lambda letter: letter.state == Letter.State.DRAFT)
    def test(self, request, letter, form):
        if letters.send_test(letter, by=request.user):
            return gettext("On its way to %(email)s. Nobody else gets it.") % {"email": request.user.email}
        return gettext("You have had a test of these very words already. Change something, or send it.")

    @act(
        _("Send it"),
        shown=lambda letter: letter.state == Letter.State.DRAFT,
        confirm=lambda letter: reach_of(letter),
    )
    def send(self, request, letter, form):
        number = letters.send(letter, by=request.user)
        sentence = ngettext(
            "Sent: %(number)s mail. It stands in the members’ archive of letters.",
            "Sent: %(number)s mails. It stands in the members’ archive of letters.",
            number,
        )
        return sentence % {"number": number}


def reach_of(letter: Letter) -> str:
    number = letter.readers().count()
    sentence = ngettext(
        "It goes to the one person who acts for a member firm of %(organiser)s, once. "
        "What is sent can’t be taken back.",
        "It goes to the %(number)s people who act for member firms of %(organiser)s, once. "
        "What is sent can’t be taken back.",
        number,
    )
    return sentence % {"number": number, "organiser": letter.organiser}
