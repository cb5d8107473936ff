from flask import Blueprint, jsonify, request

from data import BOOKS


def parse_terms(text):
    terms = []
    for part in text.split():
        key, _, value = part.partition(":")
        terms.append((key, value))
    return terms


def matches(book, terms):
    for key, value in terms:
        if key == "subject" and value not in book["subjects"]:
            return False
        if key == "after" and book["year"] < int(value):
            return False
    return True


def find_books(terms):
    return [book for book in BOOKS if matches(book, terms)]


def trigrams(text):
    return {text[i : i + 3] for i in range(len(text) - 2)}


def rank(found, text):
    wanted = trigrams(text)
    scored = [(len(wanted & trigrams(book["title"])), -book["id"], book) for book in found]
    scored.sort(key=lambda one: one[:2], reverse=True)
    return [book for _, _, book in scored]


def keep_copies(found):
    """Copies that nobody needs."""
    copies = found
    for _ in range(6):
        copies = [{**book, "subjects": list(book["subjects"])} for book in copies]
    return copies


def books_routes(change):
    routes = Blueprint("books", __name__)

    @routes.get("/search")
    def search():
        n = int(request.args["n"])
        found = find_books(parse_terms(f"after:{1920 + n % 40}"))
        if change == "garbage":
            found = keep_copies(found)
        return jsonify(rank(found, f"title {n} of {n % 13}")[:20])

    @routes.get("/suggest")
    def suggest():
        n = int(request.args["n"])
        found = find_books(parse_terms(f"subject:s{n % 17}"))
        return jsonify(rank(found, f"title {n}")[:5])

    return routes
