"""What schemathesis has to be told beside the description: a session, a desk, files that there are.

Run by `cargo xtask api`; FRONTDESK_URL is the proxy's address.
"""

import itertools
import json
import os
import urllib.error
import urllib.request

import schemathesis

URL = os.environ["FRONTDESK_URL"]
SESSION = "Frontdesk-Session"
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200"
    "0148afa4710000000049454e44ae426082"
)
GOOD = {
    "/v1/messages": {"body": {"text": "hello"}},
    "/v1/leave-message": {"number": "13800138000", "country": "CN", "text": "call me"},
    "/v1/survey": {"level": 5, "recommend": None, "solved": None, "comment": "thanks"},
    "/v1/call": {"media": "audio"},
}
turn = itertools.count()


def ask(method, path, body=None, headers=None):
    """Asks the proxy; answers the JSON that came, or None for a refusal."""
    data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
    kind = "application/json" if isinstance(body, (dict, list)) else "application/octet-stream"
    request = urllib.request.Request(URL + path, data, {"Content-Type": kind, **(headers or {})}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"{}")
    except urllib.error.HTTPError:
        return None


def opened():
    """The credential of a new session that talks to the robot."""
    session = ask("POST", "/v1/session", {"protocol": 1, "desk": "shop"})["session"]
    ask("POST", "/v1/contact", {"id": f"c{next(turn)}", "to": "robot"}, {SESSION: session})
    return session


@schemathesis.auth(refresh_interval=None)
class Sessions:
    """One session for all, in a conversation where that matters; what ends a session gets one of its own."""

    def __init__(self):
        self.session = None
        self.caller = None

    def get(self, case, context):
        operation = (context.operation.method.upper(), context.operation.path)
        if operation == ("DELETE", "/v1/session"):
            return opened()
        if operation == ("POST", "/v1/call"):
            # The centre connects no calls while its robot has the visitor.
            if not (self.caller and ask("GET", "/v1/contact", headers={SESSION: self.caller})):
                self.caller = ask("POST", "/v1/session", {"protocol": 1, "desk": "shop"})["session"]
            return self.caller
        contact = self.session and ask("GET", "/v1/contact", headers={SESSION: self.session})
        if not contact:
            self.session = opened()
        elif contact["state"] in ("none", "ended") and operation[1] in ("/v1/messages", "/v1/typing", "/v1/read"):
            ask("POST", "/v1/contact", {"id": f"c{next(turn)}", "to": "robot"}, {SESSION: self.session})
        return self.session

    def set(self, case, data, context):
        case.headers[SESSION] = data


def uploaded(session):
    """The id of a file of this session."""
    headers = {SESSION: session, "Frontdesk-Id": f"u{next(turn)}", "Frontdesk-Name": "a.png"}
    stored = ask("POST", "/v1/files", PICTURE, headers)
    return stored["file"] if stored else None


@schemathesis.hook
def before_call(context, case, kwargs):
    """Puts in what no generator guesses, every other time; the rest stays as it was made."""
    operation = (case.method.upper(), case.operation.path)
    query = case.query
    if operation == ("GET", "/v1/events") and isinstance(query, dict) and str(query.get("wait", "")).isdecimal():
        # Waiting has tests of its own.
        query["wait"] = 0
    if case.meta is not None and case.meta.generation.mode.name != "POSITIVE":
        return
    body = case.body
    if operation == ("GET", "/v1/history") and isinstance(query, dict):
        # Only what an earlier page answered is good.
        query.pop("before", None)
    if operation == ("POST", "/v1/contact") and isinstance(body, dict):
        # That no name is there twice, JSON Schema cannot say.
        about = body.get("about") or {}
        if isinstance(about.get("attributes"), list):
            about["attributes"] = list({one["name"]: one for one in about["attributes"]}.values())
    if next(turn) % 2:
        return
    if operation in (("POST", "/v1/session"), ("POST", "/v1/session/redeem")) and isinstance(body, dict):
        body["desk"] = "shop"
        if "identity" in body:
            body["identity"] = None
    session = (case.headers or {}).get(SESSION)
    if case.operation.path.startswith("/v1/files/{file}") and session:
        case.path_parameters["file"] = uploaded(session) or case.path_parameters["file"]
        if isinstance(query, dict):
            query.pop("ticket", None)
    if case.method.upper() == "POST" and isinstance(body, dict) and "id" in body:
        # A new one, so that it is no repetition; and what the desk takes.
        body["id"] = f"n{next(turn)}"
        body.update(GOOD.get(case.operation.path, {}))
    if operation == ("POST", "/v1/files") and case.headers.get("Frontdesk-Id"):
        case.body = PICTURE
