"""What may be asked: strict JSON of three fields."""

from __future__ import annotations

from dataclasses import dataclass

from fairmark.service.errors import Refusal
from worksheet import wire

MAX_BODY = wire.MAX_BYTES + 1024
FIELDS = ("assignment", "item", "answer")
_LONGEST_ID = 128


@dataclass(frozen=True)
class Asked:
    """One question to the service: the item, and the answer as wire text."""

    assignment: str
    item: str
    answer: str


def read(body: bytes) -> Asked:
    """Read a request's body.

    Raises
    ------
    Refusal
        With status 400, if it is anything else than what it should be.

    Examples
    --------
    >>> read(b'{"assignment": "a1", "item": "a1-q1", "answer": 1.0}')
    Asked(assignment='a1', item='a1-q1', answer='1.0')
    """
    try:
        record = wire.strict(body.decode("utf-8"))
        if not isinstance(record, dict) or record.keys() != set(FIELDS):
            raise Refusal(400, f"the body must be a map of {', '.join(FIELDS)}, and of nothing else")
        for name in FIELDS[:2]:
            if not isinstance(record[name], str) or not 0 < len(record[name]) <= _LONGEST_ID:
                raise Refusal(400, f"{name} must be text")
        return Asked(record["assignment"], record["item"], wire.dumps(record["answer"]))
    except UnicodeDecodeError:
        raise Refusal(400, "the body is not UTF-8") from None
    except wire.RefusedError as refusal:
        raise Refusal(400, str(refusal)) from None
    except RecursionError:
        raise Refusal(400, f"the answer is nested more than {wire.MAX_DEPTH} levels deep") from None
