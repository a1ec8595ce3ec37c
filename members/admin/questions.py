from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clusters.acts import ObjectActs, act
from clusters.models import AskedQuestion
from clusters.scoping import ScopedAdmin, ScopedFilter
from members import asked_questions
from members.question_forms import AnswerForm


def waits(asked: AskedQuestion) -> bool:
    return asked.state == AskedQuestion.State.WAITING


def can_be_answered(asked: AskedQuestion) -> bool:
    return asked.state != AskedQuestion.State.ANSWERED and bool(asked.email)


@admin.register(AskedQuestion)
class AskedQuestionAdmin(ObjectActs, ScopedAdmin):
    """What people asked because the FAQ did not say it."""

    list_display = ["__str__", "name", "cluster", "association", "state", "asked_at"]
    list_filter = ["state", ("cluster", ScopedFilter)]
    list_select_related = ["cluster", "association"]
    search_fields = ["question", "name"]
    acts = ["answer_by_mail", "draft", "set_aside"]
    fields = (
        "question", "name", "email", "cluster", "association", "asked_at", "state", "answer", "ended_at",
        "ended_by", "faq_entry",
    )  # fmt: skip
    readonly_fields = fields

    def has_add_permission(self, request, obj=None):
        return False

    def change_view(self, request, object_id, form_url="", extra_context=None):
        """There is nothing to save: a question is answered by its buttons."""
        nothing_to_save = {"show_save": False, "show_save_and_continue": False}
        return super().change_view(request, object_id, form_url, nothing_to_save | (extra_context or {}))

    @admin.display(description=_("in the FAQ"))
    def faq_entry(self, asked):
        if asked.entry is None:
            return gettext("Not there")
        url = reverse("admin:clusters_question_change", args=[asked.entry_id])
        return format_html(
            '<a href="{}">{}</a>, {}', url, asked.entry, asked.entry.get_state_display().lower()
        )

    def form_for(self, request, row, spec, data=None):
        if spec.form is AnswerForm and data is None:
            return AnswerForm(initial={"answer": row.entry.answer if row.entry else ""})
        return super().form_for(request, row, spec, data)

    @act(
        _("Answer by mail"),
        shown=can_be_answered,
        form=AnswerForm,
        confirm=lambda asked: (
            gettext("%(asked)s asks: “%(question)s”") % {"asked": asked.name, "question": asked.question}
        ),
    )
    def answer_by_mail(self, request, asked, form):
        asked_questions.answer(asked, by=request.user, words=form.cleaned_data["answer"])
        return gettext("Your answer is on its way to %(asked)s.") % {"asked": asked.name}

    @act(_("Draft an answer for the FAQ"), shown=lambda asked: asked.entry_id is None)
    def draft(self, request, asked, form):
        entry = asked_questions.draft_entry(asked, by=request.user)
        url = reverse("admin:clusters_question_change", args=[entry.pk])
        sentence = gettext('It is a draft now. <a href="{}">Write the answer</a> and publish it.')
        return format_html(sentence, url)

    @act(_("Set aside"), shown=waits, confirm=_("Whoever asked gets no answer. Nothing else changes."))
    def set_aside(self, request, asked, form):
        asked_questions.set_aside(asked, by=request.user)
        return gettext("Set aside.")
