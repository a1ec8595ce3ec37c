"""Logos of invented firms and supporters, drawn when the demo is loaded: plain marks, no two quite alike."""

import io
import random

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from clusters.fonts import DISPLAY
from clusters.images import made_anew
from clusters.models import Supporter, SupporterLogo
from clusters.share_picture import typeface
from members.models import CompanyLogo
from news.demo.stage import Stage

SIDE = 512
INKS = ["#10262b", "#0a5766", "#17643f", "#7a2e1c", "#3b2f63", "#84530c", "#1f3f7a", "#5b1f3a"]
PAPERS = ["#ffffff", "#f4efe2", "#e9f2ee", "#eef0f7", "#fbeae3"]
INVENTED = [
    "Ribble Chamber",
    "Bay College",
    "Fell & Coast Bank",
    "Eden Enterprise Trust",
]  # nobody's real mark
SHARE = 0.45  # of the firms have one; the others' initials stand


def load(stage: Stage) -> None:
    stage.progress("logos")
    chance = stage.random("logos")
    for company in stage.companies.values():
        if chance.random() < SHARE:
            image = drawn(company.initials, random.Random(f"logo of {company.name}"))
            CompanyLogo(company=company).store(made_anew(as_png(image), CompanyLogo.KIND))
    for supporter in Supporter.objects.filter(name__in=INVENTED):
        image = drawn(initials(supporter.name), random.Random(f"logo of {supporter.name}"))
        SupporterLogo(supporter=supporter).store(made_anew(as_png(image), SupporterLogo.KIND))


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split() if word[0].isupper())[:2]


def drawn(initials: str, chance: random.Random) -> Image.Image:
    paper, ink = chance.choice(PAPERS), chance.choice(INKS)
    if chance.random() < 0.35:
        paper, ink = ink, "#ffffff"
    image = Image.new("RGB", (SIDE, SIDE), paper)
    draw = ImageDraw.Draw(image)
    chance.choice([ring, hills, bars, dots, steps])(draw, ink, chance)
    draw.text((SIDE / 2, SIDE - 78), initials, font=typeface(DISPLAY, 112), fill=ink, anchor="mm")
    return image


def ring(draw: ImageDraw.ImageDraw, ink: str, chance: random.Random) -> None:
    start = chance.randrange(360)
    draw.arc((136, 60, 376, 300), start, start + chance.randrange(200, 320), fill=ink, width=44)


def hills(draw: ImageDraw.ImageDraw, ink: str, chance: random.Random) -> None:
    peak = chance.randrange(180, 300)
    draw.polygon([(70, 310), (peak, 80), (peak + 90, 210), (peak + 130, 160), (442, 310)], fill=ink)


def bars(draw: ImageDraw.ImageDraw, ink: str, chance: random.Random) -> None:
    for column in range(4):
        height = chance.randrange(70, 240)
        draw.rectangle((96 + column * 84, 310 - height, 150 + column * 84, 310), fill=ink)


def dots(draw: ImageDraw.ImageDraw, ink: str, chance: random.Random) -> None:
    for place in chance.sample(range(9), 6):
        x, y = 168 + place % 3 * 88, 96 + place // 3 * 88
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=ink)


def steps(draw: ImageDraw.ImageDraw, ink: str, chance: random.Random) -> None:
    for step in range(chance.randrange(3, 6)):
        draw.line((110 + step * 34, 290 - step * 46, 400, 290 - step * 46), fill=ink, width=24)


def as_png(image: Image.Image) -> ContentFile:
    out = io.BytesIO()
    image.save(out, "PNG")
    return ContentFile(out.getvalue(), "logo.png")
