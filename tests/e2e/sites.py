"""Websites of organisations, on other origins than ours, with the strictest policy that lets our one tag in."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A site</title></head>
<body><main><h1>A site</h1><p>Words of an organisation.</p></main>
{tag}
</body>
</html>"""


class Sites:
    """A web server for pages that tests put there. Its address is `localhost`, so it is never the origin of ours."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        self.asked: list[str] = []
        sites = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                sites.asked.append(self.path)
                html, headers = sites.pages.get(self.path.partition("?")[0], ("", {}))
                self.send_response(200 if html else 404)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *args: Any) -> None:
                """Says nothing: the tests ask what they want to know."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, name="sites", daemon=True)
        self.thread.start()

    @property
    def origin(self) -> str:
        return f"http://localhost:{self.server.server_port}"

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def put(self, path: str, tag: str, policy: str, language: str = "nl") -> str:
        """Publish a page with this tag in it, under this Content-Security-Policy; gives its address."""
        self.pages[path] = PAGE.format(language=language, tag=tag), {"Content-Security-Policy": policy}
        return self.origin + path


def strict_policy(origin: str) -> str:
    """Nothing, and our one origin: all that an organisation has to allow (requirement L01)."""
    return f"default-src 'none'; script-src {origin}; frame-src {origin}; connect-src {origin}"


def tag(origin: str, line: str, language: str) -> str:
    return f'<script async src="{origin}/embed.js" data-line="{line}" data-lang="{language}"></script>'
