"""Runs programs: their output kept in logs, their failures told in full."""

import math
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from litho.errors import ToolError
from litho.tools.tool import FoundTool

__all__ = ["Job", "ask", "first_error", "run", "run_all"]

_ERROR = re.compile(r"\b(error|fatal|cannot|undefined reference)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a tool: its arguments, the folder it runs in, the file its output goes to."""

    tool: FoundTool
    arguments: tuple[str, ...]
    directory: Path
    log: Path

    @property
    def command(self) -> list[str]:
        """The whole command."""
        return [*self.tool.command, *self.arguments]


def run(job: Job, *, timeout: float | None = None, allowed: tuple[int, ...] = (0,)) -> int:
    """Run one job and give its exit code.

    Whatever ends the wait (an interrupt, `timeout` seconds) ends the program and its children.
    Raises `ToolError` for an exit code that is not `allowed` and for a timeout.
    """
    process = _start(job)
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        raise ToolError(_failure(job, f"stopped after {timeout:g} s")) from error
    finally:
        _end(process)
    if code not in allowed:
        raise ToolError(_failure(job, f"exit code {code}"))
    return code


def run_all(
    jobs: Sequence[Job],
    workers: int = 2,
    *,
    timeout: float | None = None,
    allowed: tuple[int, ...] = (0,),
) -> None:
    """Run jobs, `workers` at a time, in the order given.

    Raises `ToolError` for one that ends with an exit code that is not `allowed`, and for one that
    still runs after `timeout` seconds; the others are ended then.
    """
    waiting = list(jobs)
    running: list[_Running] = []
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                job = waiting.pop(0)
                running.append(_Running(job, _start(job), time.monotonic() + (timeout or math.inf)))
            done = _first_done(running)
            running.remove(done)
            code = done.process.wait()
            if code not in allowed:
                raise ToolError(_failure(done.job, f"exit code {code}"))
    except TimeoutError:
        late = min(running, key=lambda item: item.end)
        raise ToolError(_failure(late.job, f"stopped after {timeout:g} s")) from None
    finally:
        for item in running:
            _end(item.process)


@dataclass(frozen=True, slots=True)
class _Running:
    """A job that runs, and when it must have ended."""

    job: Job
    process: "subprocess.Popen[bytes]"
    end: float


def _first_done(running: Sequence[_Running]) -> _Running:
    """Wait for one of `running`; raises `TimeoutError` when one of them has run for too long."""
    while True:
        for item in running:
            try:
                item.process.wait(0.01)
            except subprocess.TimeoutExpired:
                if time.monotonic() > item.end:
                    raise TimeoutError from None
                continue
            return item


def _start(job: Job) -> "subprocess.Popen[bytes]":
    job.log.parent.mkdir(parents=True, exist_ok=True)
    try:
        with job.log.open("wb") as output:
            return subprocess.Popen(
                job.command,
                cwd=job.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **dict(job.tool.environment)},
                start_new_session=True,
            )
    except OSError as error:
        raise ToolError(
            f"{job.tool.name} must be a program that starts, and {job.command[0]} in"
            f" {job.directory} does not: {error.strerror}"
        ) from error


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _failure(job: Job, reason: str) -> str:
    place = shlex.quote(str(job.directory))
    return (
        f"{job.tool.name} must end with exit code 0, not with {reason}: {first_error(job.log)};"
        f" log: {job.log}; to repeat: cd {place} && {_with_environment(job)}"
    )


def _with_environment(job: Job) -> str:
    settings = [f"{name}={shlex.quote(value)} " for name, value in job.tool.environment]
    return "".join(settings) + shlex.join(job.command)


def first_error(log: Path) -> str:
    """Give the first line of a log that tells of an error, else of a warning, else the last."""
    text = log.read_text(errors="replace") if log.is_file() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        return "it printed nothing"
    errors = [line for line in lines if _ERROR.search(line) and "Exiting due to" not in line]
    warnings = [line for line in lines if "warning" in line.lower()]
    return (errors or warnings or lines[-1:])[0][:400]


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
