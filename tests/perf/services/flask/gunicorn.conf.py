"""Two workers, each with an agent of its own."""

import os

bind = "127.0.0.1:" + os.environ["PORT"]
workers = 2
timeout = 120
control_socket = "tmp/gunicorn.ctl"


def post_fork(server, worker):
    import pyroscope

    pyroscope.configure(
        application_name=os.environ["APP"],
        server_address=os.environ["SERVER"],
        tags={"version": os.environ["VERSION"], "pod": os.environ["POD"]},
    )
