"""Fetch a source's web page or PDF by its link, for a student who asks for it; nothing else here uses the network."""

from __future__ import annotations

import queue
import threading
import time

from neutrality.documents import LARGEST
from neutrality.records import SourceError

SECONDS = 30
"""How long one fetch may take."""

AGENT = "between-minsk-and-moscow (university course; a student fetches one source for reading)"
"""How the course introduces itself to a web server."""

_TIMEOUT = (10, 15)  # seconds to connect, and to wait for the next piece
_BY_HAND = "Open the link in your browser, save the page or the PDF, and add that file."


def is_link(text: str) -> bool:
    """Tell whether a text is the address of a web page.

    Parameters
    ----------
    text : str

    Returns
    -------
    bool

    Examples
    --------
    >>> is_link("https://example.org/a.pdf"), is_link("a.pdf")
    (True, False)
    """
    return text.casefold().startswith(("http://", "https://"))


def fetch(link: str) -> bytes:
    """Fetch what is at an address.

    Parameters
    ----------
    link : str
        An http or https address. Redirections to such are followed, at most five.

    Returns
    -------
    bytes
        As the server sent it: not checked yet.

    Raises
    ------
    SourceError
        If the server cannot be reached, refuses, or sends too much; the message says what to do instead.
    """
    # A server that sends a byte now and then never lets a socket's own clock run out. So the work is done in a thread
    # that nobody waits for longer than this; it ends with the program, and what it may still bring is not looked at.
    outcome: queue.Queue[bytes | Exception] = queue.Queue(1)
    threading.Thread(target=lambda: outcome.put(_outcome(link)), daemon=True).start()
    try:
        found = outcome.get(timeout=SECONDS)
    except queue.Empty:
        raise SourceError(f"{link}: the server takes more than {SECONDS} seconds. {_BY_HAND}") from None
    if isinstance(found, Exception):
        raise found
    return found


def _outcome(link: str) -> bytes | Exception:
    """Fetch, and hand over whatever goes wrong: an error that ends the thread would be taken for a slow server."""
    try:
        return _fetched(link)
    except Exception as error:
        return error


def _fetched(link: str) -> bytes:
    # Imported here, for it takes a while and most commands need no network.
    import requests

    ends = time.monotonic() + SECONDS
    found = bytearray()
    try:
        with requests.Session() as session:
            session.max_redirects = 5
            headers = {"User-Agent": AGENT, "Accept": "text/html,application/pdf,text/plain"}
            with session.get(link, headers=headers, timeout=_TIMEOUT, stream=True) as answer:
                if not answer.ok:
                    raise SourceError(f"{link}: the server answered {_meaning(answer.status_code)}. {_BY_HAND}")
                for piece in answer.iter_content(1 << 14):
                    found += piece
                    if len(found) > LARGEST:
                        most = LARGEST // 1_000_000
                        raise SourceError(f"{link}: the server sends more than {most} MB. {_BY_HAND}")
                    if time.monotonic() > ends:  # nobody waits any more
                        return b""
    except requests.Timeout:
        raise SourceError(f"{link}: the server does not answer in time. Try again later. {_BY_HAND}") from None
    except requests.TooManyRedirects:
        raise SourceError(f"{link}: the server sends us round in circles. {_BY_HAND}") from None
    except requests.ConnectionError:
        raise SourceError(f"{link}: cannot be reached; there may be no network here. {_BY_HAND}") from None
    except requests.exceptions.InvalidSchema:
        raise SourceError(f"{link}: the server sends us to an address that is not on the web. {_BY_HAND}") from None
    except (requests.RequestException, ValueError) as error:
        raise SourceError(f"{link}: cannot be fetched ({type(error).__name__}). {_BY_HAND}") from None
    return bytes(found)


def _meaning(status: int) -> str:
    words = {401: "that one has to log in", 403: "that it does not let programs in", 404: "that there is no such page"}
    return f"{words[status]} ({status})" if status in words else f"with error {status}"
