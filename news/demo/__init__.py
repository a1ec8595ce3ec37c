"""The demo content: two associations with invented firms and people, loaded by `manage.py load_demo`.

Words are in content/; the other modules turn them into rows.
"""

PASSWORD = "round-the-table"

REPRESENTATIVE = "ellen.thwaite@lune-valley-systems.example"
COORDINATOR = "ruth.ackroyd@castle-hill-software.example"
OFFICER = "hilary.postlethwaite@moor-lane-studio.example"
OPERATOR = "operator@local-tech-clusters.example"


def sign_ins() -> list[tuple[str, str, str]]:
    """Who may sign in after a load: role in words, e-mail, password. Everybody else's password is unusable."""
    return [
        ("Representative (Lune Valley Systems)", REPRESENTATIVE, PASSWORD),
        ("Coordinator (Lancaster & Morecambe)", COORDINATOR, PASSWORD),
        ("Association officer (Lancashire & Cumbria)", OFFICER, PASSWORD),
        ("Operator of the site", OPERATOR, PASSWORD),
    ]
