import json

from flask import Blueprint, jsonify, request

from data import BOOKS

STORED = [json.dumps([{**book, "days": (book["id"] * 7 + i) % 60} for book in BOOKS[i : i + 80]]) for i in range(40)]
_cache = {}


def load_loans(reader, is_cached):
    if is_cached and reader in _cache:
        return _cache[reader]
    loans = json.loads(STORED[reader])
    for loan in loans:
        loan["subjects"] = sorted(loan["subjects"])
    _cache[reader] = loans
    return loans


def fine_of(loan, steps):
    fine = float(loan["days"])
    for i in range(steps):
        fine = (fine * 1.01 + i % 7) % 500.0
    return fine


def remind(loans):
    lines = []
    for loan in loans:
        if loan["days"] > 20:
            lines.append(f"{loan['title']}: {loan['days']} days, {loan['pages']:>5} pages")
    return "\n".join(lines)


def risk_of(loans, n):
    risk = 0
    for loan in loans:
        for i in range(14):
            risk = (risk * 31 + loan["pages"] * i + n) % 1000003
    return risk


def loans_routes(change):
    routes = Blueprint("loans", __name__)
    steps = 72 if change == "fine20" else 60

    @routes.get("/loans")
    def loans():
        n = int(request.args["n"])
        lent = load_loans(n % len(STORED), change != "nocache")
        total = sum([fine_of(loan, steps) for loan in lent])
        risk = risk_of(lent, n) if change == "newfunc" else 0
        return jsonify(total=total, risk=risk, text=remind(lent))

    return routes
