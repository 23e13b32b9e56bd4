"""JSON as the standard has it, with errors that say where they are."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

__all__ = ["NotJson", "parsed", "text_of"]

_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class NotJson(ValueError):  # noqa: N818 - it is a verdict on an input, not a failure of ours
    """A text that is no JSON; `rule` names what is wrong with it."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


def parsed(data: bytes | str) -> Any:
    text = data if isinstance(data, str) else text_of(data)
    try:
        return DECODER.decode(text)
    except NotJson:
        raise
    except json.JSONDecodeError as error:
        where = f"column {error.colno}" if error.lineno == 1 else f"line {error.lineno} of it"
        raise NotJson("json", f"this is no JSON: {error.msg}, {where}") from None
    except RecursionError:
        raise NotJson("json", "this is no JSON that can be read: it is nested too deeply") from None
    except ValueError as error:  # a number of thousands of digits
        raise NotJson("json", f"this is no JSON that can be read: {error}") from None


def text_of(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = f"byte {error.start} is not valid UTF-8"
        if data.startswith(_UTF16):
            what += ": this looks like UTF-16, save it as UTF-8"
        raise NotJson("utf-8", what) from None


def refuse(name: str) -> NoReturn:
    raise NotJson("json", f"this is no JSON: it holds {name}")


DECODER: Final = json.JSONDecoder(parse_constant=refuse)
