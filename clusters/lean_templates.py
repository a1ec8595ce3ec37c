import re

from django.template.loaders import filesystem

INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


class Loader(filesystem.Loader):
    """Reads our pages without the indents of their lines, which would be sent with each: an eighth of their bytes.

    Texts of mails keep them, and so do templates of packages, whose translated sentences may run over lines.
    """

    def get_contents(self, origin):
        contents = super().get_contents(origin)
        return INDENT.sub("", contents) if origin.name.endswith(".html") else contents
