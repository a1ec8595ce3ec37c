"""The words of the invented country (news.scale), as SQL."""

WORDS_OF_A_TALK = 120

PLACES = (
    "Alder Ash Beck Birch Brook Calder Cragg Dale Eden Elm Fell Ghyll Hazel Heron Holme Kent Lark Linden "
    "Lune Mere Moss Oak Otter Pike Reed Rowan Sedge Tarn Thorn Wren"
)
TRADES = (
    "Analytics Automation Broadband Cloud Code Controls Data Design Digital Drones Electronics Energy "
    "Games Hosting Imaging Learning Logic Maps Media Networks Optics Payments Robotics Security Sensors "
    "Software Systems Telecoms Testing Web"
)
TOWNS = (
    "Ambleside Barrow Bolton Burnley Carlisle Chester Durham Hexham Kendal Lancaster Malvern Northwich "
    "Oldham Penrith Preston Ripon Settle Stafford Ulverston Whitby"
)
SUBJECTS = (
    "backups testing hiring pricing tenders apprentices accessibility databases migration outages "
    "insurance exports payroll privacy contracts support estimates sensors grants onboarding"
)
FILLERS = (
    "we the a they it our team client firm system year month plan cost first last small large found moved "
    "built broke learned changed kept asked showed paid saved again with for from after before about"
)


def pick(words: str, number: str) -> str:
    """SQL: the word that belongs to `number`, an SQL expression."""
    several = words.split()
    return f"(ARRAY[{', '.join(repr(word) for word in several)}])[1 + ({number}) % {len(several)}]"


def text_of(seed: str) -> str:
    """SQL: a talk's words. Fillers are everywhere, subjects in every twentieth, numbered terms nearly nowhere."""
    subject = pick(SUBJECTS, f"{seed} + (w * w / 40)::int")
    filler = pick(FILLERS, f"{seed} * 7 + w * w")
    return (
        f"(SELECT string_agg(CASE WHEN w % 10 = 0 THEN {subject} "
        f"WHEN w % 37 = 5 THEN 'term' || ({seed} * 31 + w) % 40000 ELSE {filler} END, ' ') "
        f"FROM generate_series(1, {WORDS_OF_A_TALK}) w)"
    )
