import re
from functools import cache

from django.conf import settings
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

    (clusters.templatetags.constant) A mount is what the server says; some let a request say it, with any name. All of
    our templates for one take 20 MB, so there are no more than MOUNTS besides those of the languages.
    """

    MOUNTS = 3

    def __init__(self, engine, loaders):
        super().__init__(engine, loaders)
        self.readers: set[tuple[str | None, str]] = set()

    def get_template(self, template_name, skip=None):
        """A page that extends another asks that each time for its blocks, which are looked for here once."""
        template = super().get_template(template_name, skip)
        nodes = template.nodelist
        if "get_nodes_by_type" not in vars(nodes):
            nodes.get_nodes_by_type = cache(nodes.get_nodes_by_type)  # type: ignore[assignment, method-assign]
        return template

    def cache_key(self, template_name, skip=None):
        language, mount = reader = (get_language(), get_script_prefix())
        if reader not in self.readers:
            if len(self.readers) >= len(settings.LANGUAGES) + self.MOUNTS:
                self.reset()
            self.readers.add(reader)
        return f"{language} {mount} {super().cache_key(template_name, skip)}"

    def reset(self):
        super().reset()
        self.readers.clear()
