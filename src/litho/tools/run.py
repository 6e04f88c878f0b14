"""Runs one program: its output kept in a log, its failure told in full."""

import os
import re
import shlex
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path

from litho.errors import ToolError
from litho.tools.tool import FoundTool

__all__ = ["ask", "run", "run_all"]

_ERROR = re.compile(r"error|fatal|cannot|undefined reference", re.IGNORECASE)


def run(
    tool: FoundTool,
    arguments: Sequence[str | Path],
    *,
    log: Path,
    directory: Path,
    timeout: float | None = None,
    allowed: tuple[int, ...] = (0,),
) -> int:
    """Run `tool` with `arguments` in `directory`, its output into `log`, and give its exit code.

    Whatever ends the wait (an interrupt, `timeout` seconds) ends the program and its children.
    Raises `ToolError` for an exit code that is not `allowed` and for a timeout.
    """
    return run_all([(tool, arguments, log)], directory=directory, timeout=timeout, allowed=allowed)


def run_all(
    jobs: Sequence[tuple[FoundTool, Sequence[str | Path], Path]],
    *,
    directory: Path,
    timeout: float | None = None,
    allowed: tuple[int, ...] = (0,),
) -> int:
    """Run several programs at once, each (tool, arguments, log), and give the last exit code.

    Raises `ToolError` for the first that fails; the others are ended then.
    """
    started: list[tuple[subprocess.Popen[bytes], list[str], Path]] = []
    code = 0
    try:
        for tool, arguments, log in jobs:
            command = [*tool.command, *map(str, arguments)]
            started.append((_start(tool, command, log, directory), command, log))
        for (process, command, log), (tool, _, _) in zip(started, jobs, strict=True):
            code = _wait(process, tool, command, log, directory, timeout)
            if code not in allowed:
                raise ToolError(_failure(tool, command, f"exit code {code}", log, directory))
    finally:
        for process, _, _ in started:
            _end(process)
    return code


def _start(
    tool: FoundTool, command: list[str], log: Path, directory: Path
) -> "subprocess.Popen[bytes]":
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **dict(tool.environment)},
            start_new_session=True,
        )


def _wait(
    process: "subprocess.Popen[bytes]",
    tool: FoundTool,
    command: list[str],
    log: Path,
    directory: Path,
    timeout: float | None,
) -> int:
    try:
        return process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        reason = f"more than {timeout:g} s"
        raise ToolError(_failure(tool, command, reason, log, directory)) from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _failure(tool: FoundTool, command: list[str], reason: str, log: Path, directory: Path) -> str:
    return (
        f"{tool.name} must end with exit code 0, not with {reason}: {first_error(log)};"
        f" log: {log}; to repeat: cd {shlex.quote(str(directory))} && {shlex.join(command)}"
    )


def first_error(log: Path) -> str:
    """Give the first line of a log that tells of an error, or its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    if not lines:
        return "it printed nothing"
    return next((line for line in lines if _ERROR.search(line)), lines[-1])[:400]


def ask(command: Sequence[str], environment: tuple[tuple[str, str], ...] = ()) -> str:
    """Give what a short command prints (a version), or "" when it fails."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=30,
            check=True,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **dict(environment)},
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
