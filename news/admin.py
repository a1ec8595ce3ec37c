from django import forms
from django.contrib import admin

from clusters.acts import ObjectActs, act
from clusters.models import Association, Cluster
from clusters.scoping import ScopedAdmin, ScopedFilter
from members.models import Company
from news import articles
from news.models import Article


class ArticleForm(forms.ModelForm):
    """A cluster's coordinator writes for the own clusters; for a whole association its officers do."""

    speaks_for: object = None

    def clean(self):
        cleaned = super().clean()
        association, clusters = cleaned.get("association"), cleaned.get("clusters")
        if association and clusters is not None:
            strangers = [str(cluster) for cluster in clusters if cluster.association_id != association.pk]
            if strangers:
                self.add_error("clusters", f"Not a part of {association}: {', '.join(strangers)}.")
            if not clusters and not self.speaks_for.filter(pk=association.pk).exists():
                self.add_error("clusters", "Say which of your clusters this is about.")
        return cleaned


@admin.register(Article)
class ArticleAdmin(ObjectActs, ScopedAdmin):
    form = ArticleForm
    list_display = ["title", "kind", "state", "published_at", "association"]
    list_filter = ["state", "kind", ("clusters", ScopedFilter)]
    list_select_related = ["association"]
    search_fields = ["title", "summary"]
    readonly_fields = ["state", "published_at"]
    prepopulated_fields = {"slug": ["title"]}
    filter_horizontal = ["clusters", "companies"]
    exclude = ["author"]
    acts = ["publish", "withdraw"]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"speaks_for": Association.objects.managed_by(request.user)})

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

    @act("Publish", shown=lambda article: article.state != Article.State.PUBLISHED)
    def publish(self, request, article, form):
        articles.publish(article, by=request.user)
        return "Published. Everybody can read it now."

    @act(
        "Withdraw",
        shown=lambda article: article.state == Article.State.PUBLISHED,
        confirm="It disappears from the site and the lists. You can publish it again.",
        danger=True,
    )
    def withdraw(self, request, article, form):
        articles.withdraw(article, by=request.user)
        return "Withdrawn. Only you and the other coordinators see it."
