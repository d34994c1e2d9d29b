"""A real SOAP server on loopback, as strict about the question as the schemas are, with faults to set.

with SoapPlayer(answer) as player:
    source = UwlrSource({"base_url": player.url + "/uwlr", ...}, "99ZZ", day, sleep=lambda seconds: None)
    player.faults = [(500, HTML, {})]

`answer(action, request, header)` gets elements and gives the XML of the body, or (status, body, headers), or raises
SoapFault.
"""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
HTML = b"<!DOCTYPE html><html><body>Onderhoud</body></html>"
CUT = (200, b"", {"Content-Length": "5000"})


class SoapFault(Exception):
    def __init__(self, code, text="Er ging iets mis.", status=500):
        super().__init__(code)
        self.code, self.text, self.status = code, text, status


class SoapPlayer:
    def __init__(self, answer, path="/uwlr", tls: ssl.SSLContext | None = None):
        self.answer = answer
        self.path = path
        self.faults: list[tuple[int, bytes, dict]] = []  # played before anything else, one per request
        self.requests: list[tuple[str, etree._Element]] = []
        self.paths: list[str] = []
        self._server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"player": self}))
        self._tls = tls is not None
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self):
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *problem):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_told):
        """Who hangs up, or shows no certificate, is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 5

    def log_message(self, *parts):
        """Keeps the output of the tests clean."""

    def do_GET(self):
        self.send(405, HTML, {})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        player = self.player
        player.paths.append(self.path)
        if player.faults:
            return self.send(*player.faults.pop(0))
        if self.path != player.path:
            return self.send(404, HTML, {})
        action = self.headers.get("SOAPAction", "")
        if not self.headers.get("Content-Type", "").startswith("text/xml") or action[:1] + action[-1:] != '""':
            return self.send(415, HTML, {})
        root = etree.fromstring(body)
        header = root.find(f"{{{SOAP}}}Header")
        request = root.find(f"{{{SOAP}}}Body")[0]
        player.requests.append((action[1:-1], request))
        try:
            told = player.answer(action[1:-1], request, None if header is None else header[0])
        except SoapFault as fault:
            text = f"<s:Fault><faultcode>s:{fault.code}</faultcode><faultstring>{fault.text}</faultstring></s:Fault>"
            return self.send(fault.status, enveloped(text), {})
        return self.send(*(told if isinstance(told, tuple) else (200, enveloped(told), {})))

    def send(self, status, content, headers):
        self.send_response(status)
        for name, value in {
            "Content-Type": "text/xml; charset=utf-8",
            "Content-Length": str(len(content)),
            **headers,
        }.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        if headers.get("Content-Length"):
            self.close_connection = True


def enveloped(text):
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Header/><s:Body>{text}</s:Body></s:Envelope>'.encode()
