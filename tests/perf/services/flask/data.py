"""The books, the same at each start."""

BOOKS = [
    {
        "id": i,
        "title": f"title {(i * 7919) % 1000} of {i % 13}",
        "year": 1900 + (i * 31) % 120,
        "pages": 40 + (i * 104729) % 900,
        "subjects": [f"s{i % 17}", f"s{(i * 3) % 19}"],
    }
    for i in range(300)
]
