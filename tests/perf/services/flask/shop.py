"""A library on Flask. CHANGE switches one known change of its code on; without it the library is as it was."""

import os

from flask import Flask

from books import books_routes
from loans import loans_routes
from reports import reports_routes

app = Flask(__name__)
change = os.environ.get("CHANGE", "")
app.register_blueprint(books_routes(change))
app.register_blueprint(loans_routes(change))
app.register_blueprint(reports_routes(change))


@app.before_request
def count_visit():
    pass
