"""What time it is, and how long what follows from it holds."""

import ast
from pathlib import Path

APPS = ("clusters", "members", "meetings", "news")
READS = {
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("timezone", "localtime"),
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
}
ELSEWHERE = {
    "clusters/limits.py": "no page shows how much somebody has read in this hour",
    "clusters/present.py": "here it is",
    "clusters/shelves.py": "when a page was made and whether it still holds",
    "clusters/visitors_pages.py": "how long a kept page took",
    "news/views/my_data.py": "sees whether somebody has just typed the password",
}


def clock_reads(module: ast.Module) -> list[str]:
    """Calls of the clock without a moment: `timezone.localdate(moment)` asks for none."""
    return [
        ast.unparse(node)
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and (node.func.value.id, node.func.attr) in READS
        and not (node.func.attr in ("localdate", "localtime") and node.args)
    ]


def test_all_of_the_site_asks_one_module_what_time_it_is():
    found = {
        str(path): reads
        for app in APPS
        for path in sorted(Path(app).rglob("*.py"))
        if "migrations" not in path.parts
        and path.parts[:2] != ("news", "demo")  # the latter invents its times
        if (reads := clock_reads(ast.parse(path.read_text())))
    }
    assert {path: reads for path, reads in found.items() if path not in ELSEWHERE} == {}
    assert set(ELSEWHERE) <= set(found), "exceptions that are none"
