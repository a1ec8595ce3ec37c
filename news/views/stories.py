"""What members write: drafts, sending in, and the picture. The author's own articles alone."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from clusters.brands import wear
from clusters.editing import what_stayed
from clusters.errors import Refused
from members.models import Company, Introduction
from news import articles
from news.forms import PictureForm, StoryForm
from news.models import Article


@require_safe
def story_list(request):
    mine = request.user.articles.select_related("association").prefetch_related("consents__company")
    return render(request, "news/stories/list.html", {"stories": mine.order_by("-changed_at"), "nav": "me"})


@require_http_methods(["GET", "POST"])
def story_write(request):
    """A new draft, a story or, with ?kind=news, a news item; with ?introduction=, about what came of it."""
    company = firm_of(request.user)
    if company is None:
        return where_else(request)
    introduction = introduction_of(request, company)
    kind = Article.Kind.NEWS if request.GET.get("kind") == "news" else Article.Kind.STORY
    article = Article(kind=kind, author=request.user, company=company, introduction=introduction)
    initial = told_by(introduction, company) if introduction else {}
    form = StoryForm(
        request.POST or None, instance=article, user=request.user, company=company, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            article.slug = articles.unused_slug(form.cleaned_data["title"])
            form.save()
        messages.success(request, _("Your draft is kept. Only you see it until you send it in."))
        return redirect("news:story-edit", article.pk)
    return render(request, "news/stories/write.html", {"form": form, "article": article, "nav": "me"})


def firm_of(user) -> Company | None:
    """The member firm in whose name one writes."""
    return Company.objects.represented_by(user).listed().order_by("representatives__since", "pk").first()


def where_else(request):
    if request.user.is_staff:
        messages.info(request, _("You write on the desk: what you publish there needs nobody else."))
        return redirect("admin:news_article_add")
    messages.info(request, _("Stories are told by member firms. Yours comes first."))
    return redirect("members:join")


def introduction_of(request, company: Company) -> Introduction | None:
    """The one that the story is about, if one's firm is in it and it took place."""
    pk = request.GET.get("introduction", "")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    seen = Introduction.objects.visible_to(request.user).accepted().of_firms([company])
    return seen.select_related("asker", "asked", "cluster").filter(pk=pk).first()


def told_by(introduction: Introduction, company: Company) -> dict:
    other = introduction.other(company)
    return {
        "title": _("%(company)s and %(other)s") % {"company": company, "other": other},
        "problem": introduction.reason,
        "firms": other.name,
        "clusters": [introduction.cluster],
    }


def own_story(request, pk: int) -> Article:
    mine = request.user.articles.select_related("association", "company", "picture")
    return get_object_or_404(mine, pk=pk)


@require_http_methods(["GET", "POST"])
@transaction.atomic
def story_edit(request, pk: int):
    article = own_story(request, pk)
    if request.method == "POST":
        articles.lock(article)
    if request.method == "GET" or not article.is_the_authors:
        return story_page(request, article)
    form = story_form(request, article)
    if not form.is_valid():
        return story_page(request, article, form=form)
    try:
        articles.write_on(form)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Saved. Only you see it until you send it in."))
        say_what_stayed(request, form)
    return redirect("news:story-edit", article.pk)


def say_what_stayed(request, form: StoryForm) -> None:
    if stayed := what_stayed([form]):
        messages.info(request, stayed)


def story_form(request, article: Article, submitting: bool = False) -> StoryForm:
    company = article.company or firm_of(request.user)
    return StoryForm(
        request.POST or None, instance=article, user=request.user, company=company, submitting=submitting
    )


def story_page(request, article: Article, *, form=None, picture_form=None):
    wear(request, article.association)
    if form is None and article.is_the_authors:
        form = story_form(request, article) if picture_form is None else story_form_of(request, article)
    context = {
        "article": article,
        "form": form,
        "picture_form": picture_form or PictureForm(),
        "picture": getattr(article, "picture", None),
        "consents": article.consents.select_related("company"),
        "nav": "me",
    }
    return render(request, "news/stories/edit.html", context)


def story_form_of(request, article: Article) -> StoryForm:
    """As it is kept, while another form of the page is shown with what is wrong in it."""
    return StoryForm(instance=article, user=request.user, company=article.company or firm_of(request.user))


@require_POST
@transaction.atomic
def story_submit(request, pk: int):
    """Keeps what is typed, then sends it in."""
    article = own_story(request, pk)
    articles.lock(article)
    form = None
    if article.is_the_authors:
        form = story_form(request, article, submitting=True)
        if not form.is_valid():
            return story_page(request, article, form=form)
    try:
        with transaction.atomic():
            if form:
                articles.write_on(form)
            articles.submit(article, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Sent in. The coordinator reads it, and the firms in it are asked."))
        if form:
            say_what_stayed(request, form)
    return redirect("news:story-edit", pk)


@require_POST
def story_take_back(request, pk: int):
    try:
        articles.take_back(own_story(request, pk), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("news:story-edit", pk)


@require_POST
def story_delete(request, pk: int):
    try:
        articles.delete_draft(own_story(request, pk), by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("news:story-edit", pk)
    messages.success(request, _("The draft is gone."))
    return redirect("news:story-list")


@require_POST
def story_picture(request, pk: int):
    article = own_story(request, pk)
    form = PictureForm(request.POST, request.FILES)
    if not form.is_valid():
        return story_page(request, article, picture_form=form)
    try:
        articles.put_picture(article, form.cleaned_data["picture"], form.cleaned_data["description"])
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The picture is kept."))
    return redirect(f"{reverse('news:story-edit', args=[pk])}#picture")


@require_POST
def story_picture_remove(request, pk: int):
    try:
        articles.remove_picture(own_story(request, pk))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('news:story-edit', args=[pk])}#picture")
