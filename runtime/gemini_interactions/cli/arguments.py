"""The command line: which commands there are and what they take."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from .. import __version__
from .ask import MODEL, TOOLS, ask
from .conform import KINDS, conform_files
from .conform_client import conform_client
from .conform_proxy import conform_proxy
from .conform_server import conform_server
from .demo import demo
from .exits import MEANING, Exit
from .serve import serve
from .stored import cancel, delete, get, wait
from .terminal import PROGRAM

PORT = 8080

CONNECTION = ("api_revision", "base_url", "location", "project", "timeout", "vertex")
EPILOG = "exit codes:\n" + "\n".join(f"  {code.value:>3}  {text}" for code, text in MEANING.items())
OFFLINE = (serve, demo, conform_files, conform_client, conform_proxy)

Commands = Any  # argparse does not name the type of its sub-commands


def parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The options of a command line. Exits as argparse does if it makes no sense."""
    root = parser()
    options = root.parse_args(argv)
    given = [name for name in CONNECTION if getattr(options, name) not in (None, False)]
    if options.run in OFFLINE and given:
        flags = ", ".join("--" + name.replace("_", "-") for name in given)
        root.error(f"{options.command} connects to nothing: it takes no {flags}")
    return options


class Parser(argparse.ArgumentParser):
    """Says what is wrong in the form of all our errors, without pages of usage."""

    default_command: str | None = None
    """The sub-command that is meant where none is named."""
    named_commands: frozenset[str] = frozenset()

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride] - of two overloads
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        if self.default_command and args and args[0] not in {*self.named_commands, "-h", "--help"}:
            args = [self.default_command, *args]
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> NoReturn:
        self.exit(Exit.USAGE, f"{PROGRAM}: {message}\n  next:  {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    root = Parser(
        prog=PROGRAM,
        description="The Gemini Interactions API from a terminal.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    root.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    add_connection(root, unset=None)
    add_output(root, unset=False)
    commands = root.add_subparsers(required=True, metavar="COMMAND", dest="command")
    add_ask(commands)
    add_stored(commands)
    add_serve(commands)
    add_conform(commands)
    add_command(commands, "demo", demo, "show what this package does, without a key or a network")
    return root


def add_command(
    commands: Commands, name: str, run: Callable[..., int], text: str
) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=run)
    if run not in OFFLINE:
        # Before the command or behind it: suppressed defaults leave what was said before it.
        add_connection(command, unset=argparse.SUPPRESS)
    add_output(command, unset=argparse.SUPPRESS)
    return command


def add_connection(command: argparse.ArgumentParser, *, unset: object) -> None:
    group = command.add_argument_group("connection")
    add = group.add_argument
    add("--api-revision", metavar="REVISION", default=unset, help="revision to speak")
    add("--base-url", metavar="URL", default=unset, help="another server, such as `serve`")
    add("--vertex", action="store_true", default=unset or False, help="use Vertex AI")
    add("--project", metavar="ID", default=unset, help="project on Vertex AI")
    add("--location", metavar="NAME", default=unset, help="location on Vertex AI")
    add("--timeout", metavar="S", type=seconds, default=unset, help="seconds for all of it")


def add_output(command: argparse.ArgumentParser, *, unset: object) -> None:
    group = command.add_argument_group("output")
    add = group.add_argument
    add("--verbose", action="store_true", default=unset, help="notes on stderr, terminal or not")
    add("--debug", action="store_true", default=unset, help="a traceback with every error")


def add_ask(commands: Commands) -> None:
    add = add_command(commands, "ask", ask, "ask a model or an agent, once").add_argument
    add("prompt", nargs="+", metavar="PROMPT", help="what to ask; `-` reads it from stdin")
    add("--model", help=f"model to ask (default: {MODEL})")
    add("--agent", help="agent to ask instead of a model")
    add("--previous", metavar="ID", help="interaction to go on from")
    add("--system", metavar="TEXT", help="standing instruction")
    add("--thoughts", action="store_true", help="ask for summaries of its thoughts and show them")
    for tool, what in TOOLS.items():
        flag = f"--tool-{tool.replace('_', '-')}"
        add(flag, action="store_true", help=f"let it use {what}")
    add("--background", action="store_true", help="let it run on when nobody listens")
    add("--no-stream", action="store_true", help="wait for the whole answer")
    add("--json", action="store_true", help="print raw events, one a line")
    add("--local", action="store_true", help="ask a server started for this call, without a key")


def add_stored(commands: Commands) -> None:
    command = add_command(commands, "get", get, "show an interaction")
    add_id(command)
    add = command.add_argument
    add("--include-input", action="store_true", help="show what was asked as well")
    add("--stream", action="store_true", help="follow its events")
    add("--after", metavar="EVENT", help="follow only what comes after this event")
    add("--json", action="store_true", help="print it raw, events one a line")
    command = add_command(commands, "wait", wait, "wait until an interaction is over, and show it")
    add_id(command)
    add = command.add_argument
    add("--interval", metavar="S", type=seconds, default=1.0, help="first pause (default: 1)")
    add("--json", action="store_true", help="print it raw")
    command = add_command(commands, "cancel", cancel, "stop a background interaction")
    add_id(command)
    command.add_argument("--json", action="store_true", help="print it raw")
    add_id(add_command(commands, "delete", delete, "remove an interaction"))


def add_id(command: argparse.ArgumentParser) -> None:
    command.add_argument("id", metavar="ID", help="id of the interaction")


def add_serve(commands: Commands) -> None:
    add = add_command(commands, "serve", serve, "serve a local Interactions API").add_argument
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=port, default=PORT, help=f"0 takes a free one (default: {PORT})")
    add("--revision", help="revision spoken with clients that ask for none")
    add("--strict", action="store_true", help="take and say nothing that the schema does not")
    add("--fault", action="append", default=[], metavar="TEXT", help='such as "cut after=3"')
    add("--list-faults", action="store_true", help="say what can go wrong, and end")
    add("--list-scenarios", action="store_true", help="say what prompts can ask for, and end")


def add_conform(commands: Commands) -> None:
    text = "judge traffic, a server or a client by the API's schema"
    command: Parser = commands.add_parser(
        "conform",
        help=text,
        description=text[0].upper() + text[1:] + ". `conform PATH` is `conform files PATH`.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parts = command.add_subparsers(required=True, metavar="WHAT", dest="what")
    add_conform_files(parts)
    add_conform_server(parts)
    add_conform_client(parts)
    add_conform_proxy(parts)
    command.default_command = "files"
    command.named_commands = frozenset(parts.choices)


def add_conform_files(commands: Commands) -> None:
    text = "judge recorded traffic: JSON, JSON lines, event streams, HAR, recordings, folders"
    add = add_command(commands, "files", conform_files, text).add_argument
    add("paths", nargs="+", metavar="PATH", help="files or folders; `-` reads standard input")
    add("--strict", action="store_true", help="known deviations count as well")
    add("--revision", help="revision to judge by (default: what the traffic names, or the latest)")
    add("--as", dest="as_", choices=KINDS, help="what all payloads are")
    add("--limit", metavar="MB", type=megabytes, help="longest line, event or document (256)")
    add("--jobs", metavar="N", type=positive, help="processes (default: one for each core)")
    add("--dask", metavar="SCHEDULER", help="let a Dask cluster do it, such as tcp://host:8786")
    add("--progress", action="store_true", help="say how far it is, terminal or not")
    for form in ("json", "junit", "html"):
        add(f"--{form}", metavar="FILE", help=f"write the report as {form}; `-` is stdout")


def add_conform_server(commands: Commands) -> None:
    text = "drive a server through the operations and say which clauses hold"
    add = add_command(commands, "server", conform_server, text).add_argument
    add("url", nargs="?", metavar="URL", help="base URL of the server")
    add("--revision", dest="api_revision", default=argparse.SUPPRESS, help="same as --api-revision")
    add("--strict", action="store_true", help="known deviations count as well")
    add("--only", action="append", default=[], metavar="CLAUSE", help="such as stream.end, or tool")
    add("--list", action="store_true", help="say which clauses there are, and end")
    add("--model", default=MODEL, help=f"model to ask (default: {MODEL})")
    add("--agent", help="agent that works in the background (default: the model)")
    add("--patience", metavar="S", type=seconds, default=300.0, help="wait for it so long (300)")
    add("--yes", action="store_true", help="make creates that somebody may have to pay for")
    add("--record", metavar="FILE", help="write all that is sent and comes to a recording")
    add_verdicts(add)


def add_conform_client(commands: Commands) -> None:
    text = "judge what a client sends to a strict server of its own"
    add = add_command(commands, "client", conform_client, text).add_argument
    add("client_command", nargs="*", metavar="COMMAND", help="after `--`: a client to run")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=port, default=0, help="port to listen on (default: any free one)")
    add("--revision", help="revision that the client is to speak (default: what it names)")
    add("--strict", action="store_true", help="known deviations count as well")
    add("--fault", action="append", default=[], metavar="TEXT", help='such as "cut after=3"')
    add_verdicts(add)


def add_verdicts(add: Callable[..., Any]) -> None:
    for form in ("json", "junit"):
        add(f"--{form}", metavar="FILE", help=f"write the verdicts as {form}; `-` is stdout")


def add_conform_proxy(commands: Commands) -> None:
    text = "record and judge what passes between a client and a server"
    add = add_command(commands, "proxy", conform_proxy, text).add_argument
    add("--to", required=True, metavar="URL", help="the server that everything is passed on to")
    add("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1)")
    add("--port", type=port, default=PORT, help=f"0 takes a free one (default: {PORT})")
    add("--record", metavar="FILE", help="write all that passes to a recording")
    add("--strict", action="store_true", help="known deviations count as well")
    add("--revision", help="revision to judge by (default: what the traffic names, or the latest)")
    for form in ("json", "junit", "html"):
        add(f"--{form}", metavar="FILE", help=f"write the report as {form}; `-` is stdout")


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return value


def megabytes(text: str) -> int:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of megabytes")
    return max(1, int(value * 1_000_000))


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number of seconds")
    return value


def port(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port: 0 to 65535")
    return value
