"""The `litho` command: its verbs, its exit codes, and how an error is shown.

Exit codes: 0 done, 1 a check failed, 2 the request was wrong, 3 a tool is missing,
130 interrupted, 143 terminated.
"""

import importlib
import signal
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from litho._version import __version__
from litho.errors import LithoError, MismatchError, SweepError, ToolError, ToolMissingError

__all__ = ["exit_code", "main"]

_VERBS = (
    "run",
    "quantize",
    "prune",
    "capture",
    "draw",
    "stats",
    "estimate",
    "emit",
    "simulate",
    "synthesize",
    "report",
    "list",
    "rtl",
    "doctor",
)


class _Verbs(click.Group):
    """One verb a module of this package; its function is called `verb`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [verb for verb in _VERBS if Path(__file__).with_name(f"{verb}.py").is_file()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = importlib.import_module(f"litho.app.{cmd_name}").verb
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        import difflib

        if args and not args[0].startswith("-") and args[0] not in self.list_commands(ctx):
            near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            known = ", ".join(self.list_commands(ctx))
            ctx.fail(f"a verb must be one of {known}, not {args[0]!r}{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=_Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="litho")
@click.option("-v", "is_verbose", is_flag=True, help="Show the traceback of an error in your code.")
def litho(is_verbose: bool) -> None:
    """From a PyTorch model to proven silicon.

    Tables are for people; `--json` is for machines. Progress and errors go to stderr.
    Exit codes: 0 done, 1 a check failed, 2 the request was wrong, 3 a tool is missing.
    """


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    signal.signal(signal.SIGTERM, _end)
    sys.exit(_run(arguments))


def _end(number: int, frame: object) -> NoReturn:
    """Leave as after an interrupt, so that the programs that run are ended as well."""
    del frame
    told = "terminated; finished stages are kept, and the same command continues"
    sys.exit(_fail(told, 128 + number))


def _run(arguments: list[str] | None) -> int:
    try:
        litho.main(arguments, prog_name="litho", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return 2
    except LithoError as error:
        _show_cause(error, sys.argv[1:] if arguments is None else arguments)
        return _fail(str(error), exit_code(error))
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        reason = error.strerror or str(error)
        return _fail(f"a file{place} must be usable, and is not: {reason}", 2)
    except (KeyboardInterrupt, click.Abort):
        return _fail("interrupted; finished stages are kept, and the same command continues", 130)
    return 0


def _show_cause(error: LithoError, arguments: list[str]) -> None:
    """With -v show the traceback of what made `error`, when that is no error of litho's."""
    cause = error.__cause__
    is_told = cause is None or isinstance(cause, LithoError | OSError)
    if not is_told and ("-v" in arguments or "--verbose" in arguments):
        traceback.print_exception(cause)


def _fail(message: str, code: int) -> int:
    print(f"litho: {message}", file=sys.stderr)
    return code


def exit_code(error: LithoError) -> int:
    """Give the exit code that stands for `error`."""
    if isinstance(error, ToolMissingError):
        return 3
    return 1 if isinstance(error, MismatchError | SweepError | ToolError) else 2
