"""How fast, full and fair the rotas of many clusters are planned.

    .venv/bin/python -m bench.rotation [clusters] [gap in days] [same]

Each has 12 meetings ahead, a chair and a host for each, and 40 firms: 7 in 10 offer to chair, half to host, in rooms
of 20 to 60; 15 to 40 people come; each firm is away on one date in five; two years of turns lie behind. With `same`
all firms joined on one day and none has had a turn: everything is a tie. Every plan is compared with what a matching
proves no plan can beat (tests/meetings/rotation/oracle.py). Needs neither Django nor a database.
"""

import random
import resource
import statistics
import sys
import time
from datetime import date, timedelta

from meetings.rotation import Company, Duty, Meeting, Plan, Policy, Role, plan
from tests.meetings.rotation.oracle import fullest_and_evenest

FIRMS, MEETINGS, MONTHS_BEHIND = 40, 12, 24
START = date(2027, 1, 14)


def cluster(seed: int, same: bool) -> tuple[list[Meeting], list[Company], list[Duty]]:
    chance = random.Random(seed)
    meetings = [
        Meeting(number, START + timedelta(days=30 * number), people=chance.choice([15, 25, 40]))
        for number in range(MEETINGS)
    ]
    companies = []
    for number in range(FIRMS):
        joined = date(2020, 1, 1) + timedelta(days=0 if same else chance.randrange(2400))
        offers = {
            role: joined for role, share in ((Role.CHAIR, 0.7), (Role.HOST, 0.5)) if chance.random() < share
        }
        away = tuple((meeting.date, meeting.date) for meeting in meetings if chance.random() < 0.2)
        room = chance.choice([20, 30, 60])
        companies.append(Company(number, joined, offers, joined, room, away=away))
    past = []
    for month in range(0 if same else MONTHS_BEHIND):
        day = START - timedelta(days=30 * (month + 1))
        for role in Role:
            members = [company.id for company in companies if role in company.offers and company.joined < day]
            if members:
                past.append(Duty(-1 - month, day, role, chance.choice(members)))
    return meetings, companies, past


def proven(rota: Plan, meetings: list[Meeting], companies: list[Company], past: list[Duty]) -> tuple:
    """Turns filled, the most that can be; sum of squares, the least it can be."""
    filled = most = squares = least = 0
    for role in Role:
        had = {company.id: 0 for company in companies if role in company.offers}
        for duty in past:
            if duty.role is role:
                had[duty.company] += 1
        options = {
            meeting.id: {
                company.id
                for company in companies
                if role in company.offers
                and (meeting.date, meeting.date) not in company.away
                and (role is Role.CHAIR or (company.room_for or 0) >= meeting.people)
            }
            for meeting in meetings
        }
        bound = fullest_and_evenest(options, had)
        taken = [turn.company for turn in rota.turns if turn.role is role and turn.company is not None]
        most, least = most + bound[0], least + bound[1]
        filled += len(taken)
        squares += sum((had[number] + taken.count(number)) ** 2 for number in had)
    return filled, most, squares, least


def main(clusters: int = 1000, gap_days: int = 0, same: bool = False) -> None:
    policy = Policy(gap_days=gap_days, newcomers_start_level=False)
    walls, busy, results = [], [], []
    for seed in range(clusters):
        meetings, companies, past = cluster(seed, same)
        wall, cpu = time.perf_counter(), time.process_time()
        rota = plan(meetings, companies, past=past, policy=policy)
        walls.append(time.perf_counter() - wall)
        busy.append(time.process_time() - cpu)
        results.append(proven(rota, meetings, companies, past))
    filled, most, squares, least = (sum(column) for column in zip(*results, strict=True))
    even = sum(result[0] == result[1] and result[2] == result[3] for result in results)
    print(f"{clusters} clusters, {MEETINGS} meetings, 2 turns each, {FIRMS} firms, gap {gap_days} days")
    for name, times in (("wall", walls), ("processor", busy)):
        p95 = statistics.quantiles(times, n=20)[-1]
        print(
            f"{name:>10}: {sum(times):6.1f} s in all; a cluster {statistics.median(times) * 1000:.0f} ms median, "
            f"{p95 * 1000:.0f} ms p95, {max(times) * 1000:.0f} ms longest"
        )
    print(f"    memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
    print(f"    filled: {filled} of {most} turns that can be: {filled / most:.2%}")
    print(f"  fairness: sum of squares {squares}, {least} at the least; {even} of {clusters} clusters proven")


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    main(*numbers, same="same" in sys.argv)
