import re

from django.template.loaders import cached, filesystem
from django.urls import get_script_prefix
from django.utils.translation import get_language

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class Loader(filesystem.Loader):
    """Reads our pages without the indents of their lines, which would be sent with each: an eighth of their bytes.

    Texts of mails keep them, and so do templates of packages, whose translated sentences may run over lines.
    """

    def get_contents(self, origin):
        contents = super().get_contents(origin)
        return INDENT.sub("", contents) if origin.name.endswith(".html") else contents


class ReadForEach(cached.Loader):
    """Keeps templates as read for each language and mount: words and addresses that never change stand in them.

    (clusters.templatetags.constant)
    """

    def cache_key(self, template_name, skip=None):
        return f"{get_language()} {get_script_prefix()} {super().cache_key(template_name, skip)}"
