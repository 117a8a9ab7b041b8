"""Many who sign in at once with a wrong password: `python -m bench.knock PORT COUNT`, until it is told to stop.

A program of its own, so that it takes nothing from who measures meanwhile. Prints how many tries were answered, and with what.
"""

import http.client
import json
import re
import secrets
import signal
import sys
import threading
from collections import Counter
from types import FrameType
from urllib.parse import urlencode

from bench.houses import HOST

PAGE = "/account/login/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
answers: Counter[int] = Counter()
over = threading.Event()


def try_once(port: int) -> int:
    """Read the page, fill in the form; gives the status of the answer."""
    line = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        line.request("GET", PAGE)
        page = line.getresponse()
        cookie = (page.getheader("set-cookie") or "").split(";")[0]
        found = TOKEN.search(page.read().decode())
        if found is None:
            return page.status
        form = {"csrfmiddlewaretoken": found[1], "login": secrets.token_hex(6), "password": secrets.token_hex(12)}
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": cookie,
            "Origin": f"http://{HOST}:{port}",
        }
        line.request("POST", PAGE, urlencode(form), headers)
        return line.getresponse().status
    finally:
        line.close()


def knock(port: int) -> None:
    while not over.is_set():
        try:
            answers[try_once(port)] += 1
        except OSError:
            answers[0] += 1


def stop(_number: int, _frame: FrameType | None) -> None:
    over.set()


def main(port: int, count: int) -> None:
    signal.signal(signal.SIGTERM, stop)
    threads = [threading.Thread(target=knock, args=(port,), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    over.wait()
    sys.stdout.write(json.dumps(answers) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
