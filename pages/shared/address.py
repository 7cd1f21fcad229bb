"""At which address others reach the app: this browser's own, or this machine's on its network."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

#: Addresses on which a server that listens can be reached from other machines.
WILDCARDS = ("", "0.0.0.0", "::")
ALONE = (
    "Others can’t open “{host}”: on their machines it means their own. On this network this "
    "machine is {there}"
)
#: What is said where others can open it, and where they can't, after ALONE.
OPEN = ", and the links and codes below say so."
CLOSED = (
    ", but the server listens to this machine alone. Start it with --server.address 0.0.0.0, and "
    "open this page again."
)
#: What is said of a link that nobody else can open, and before what they can put in its place.
ELSEWHERE = "Others can’t open “{host}”: on their machines it means their own."
INSTEAD = " On this network, use {there} instead."
UNKNOWN = (
    "Others can’t open “{host}”: on their machines it means their own. This machine’s address on "
    "the network could not be found out: look it up, and open this page with it."
)


@dataclass(frozen=True)
class Reach:
    """address: of the app, for others, ends with /; problem: why they can't open what this
    browser shows, in words, "" where they can.
    """

    address: str
    problem: str = ""


def app_address(url: str, page: str) -> str:
    """Return the app's address by that of one of its pages, without parameters; ends with /."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    path = path.removesuffix(f"/{page}") + "/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def is_own(host: str) -> bool:
    """Return whether a host's name or address means the machine that says it."""
    host = host.strip("[]").lower()
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return False
    return found.is_loopback or found.is_unspecified


def network_address() -> str:
    """Return this machine's address on its network, "" where it is on none. Nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.connect(("192.0.2.1", 9))  # an address of no machine: RFC 5737
            found = s.getsockname()[0]
        except OSError:
            return ""
    return "" if is_own(found) else found


def reach(url: str, page: str, network: str, listens: str) -> Reach:
    """Return how others reach the app that this browser shows a page of.

    network: this machine's address, "" if not known; listens: what the server listens on.
    """
    own = app_address(url, page)
    parts = urlsplit(own)
    host = parts.hostname or ""
    if not is_own(host):
        return Reach(own)
    if not network:
        return Reach(own, UNKNOWN.format(host=host))
    port = f":{parts.port}" if parts.port else ""
    other = urlunsplit((parts.scheme, network + port, parts.path, "", ""))
    alone = ALONE.format(host=host, there=spoken(other))
    if listens in WILDCARDS:
        return Reach(other, alone + OPEN)
    return Reach(own, alone + CLOSED)


def elsewhere(url: str, found: Reach) -> str:
    """Return what is to be said of a link at this address, "" where others can open it too."""
    host = urlsplit(url).hostname or ""
    if not is_own(host):
        return ""
    other = "" if is_own(urlsplit(found.address).hostname or "") else found.address
    return ELSEWHERE.format(host=host) + (INSTEAD.format(there=spoken(other)) if other else "")


def lesson_address(address: str, key: str) -> str:
    """Return the address that opens a lesson, on whichever page it plays."""
    return f"{address}?lesson={key}"


def spoken(address: str) -> str:
    """Return an address as it is said and typed: browsers add what it begins with."""
    text = address.partition("://")[2] or address
    return text.rstrip("/") if "?" not in text else text
