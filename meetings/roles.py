"""What firms do in turn, in the words sentences are made with."""

from django.utils.translation import pgettext_lazy

DO = {
    "chair": pgettext_lazy("after “to”, “will”, “you”: what a firm does in turn", "chair"),
    "host": pgettext_lazy("after “to”, “will”, “you”: what a firm does in turn", "host"),
}
DOES = {
    "chair": pgettext_lazy("after the name of a firm", "chairs"),
    "host": pgettext_lazy("after the name of a firm", "hosts"),
}
DID = {
    "chair": pgettext_lazy("after the name of a firm", "chaired"),
    "host": pgettext_lazy("after the name of a firm", "hosted"),
}
