import hashlib

from flask import Blueprint, Response, request

from data import BOOKS


def legacy_index(books):
    index = {}
    for book in books:
        for word in book["title"].split():
            for subject in book["subjects"]:
                index.setdefault(word + subject, []).append(book["id"])
    return index


def checksum(text, rounds):
    total = 1
    for _ in range(rounds):
        for letter in text:
            total = (total * 33 + ord(letter)) % 1000000007
    return total


def row(book):
    return ";".join([str(book["id"]), book["title"], f"{book['year']:d}", ",".join(book["subjects"])])


def to_csv(books):
    return "\n".join([row(book) for book in books])


def sign(text):
    digest = text.encode()
    for _ in range(100):
        digest = hashlib.sha256(digest).digest()
    return digest.hex()


def reports_routes(change):
    routes = Blueprint("reports", __name__)
    rounds = 3 if change == "checksum50" else 2

    @routes.get("/report")
    def report():
        n = int(request.args["n"])
        books = BOOKS[n % 150 : n % 150 + 100]
        index = {} if change == "removed" else legacy_index(books)
        text = to_csv(books)
        return Response(f"{text}\n{len(index)} {checksum(text, rounds)} {sign(text)}", mimetype="text/csv")

    return routes
