"""Logs: no key in any file, no slow disk in the way, no error from a log line."""

from __future__ import annotations

import io
import logging
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio.common import log_files, logs, paths

CANARY = "canary-Zq7/7+secret==value"


@contextmanager
def logging_to(folder: Path) -> Iterator[Callable[[], str]]:
    """Logging into a home of its own; call what it gives to end that and read what was written."""
    home = paths.find(folder)
    root = logging.getLogger()
    others, root.handlers = root.handlers, []
    end = log_files.install(home, "CRITICAL")

    def read() -> str:
        end()
        file = home.log_folder / log_files.FILE
        return file.read_text() if file.exists() else ""

    try:
        yield read
    finally:
        end()
        root.handlers = others
        logs._secrets.clear()


def test_lines_of_ours_arrive_with_their_level(tmp_path: Path) -> None:
    with logging_to(tmp_path) as read:
        logging.getLogger("studio.generation.queue").info("job %s is %s", 7, "whole")
        logging.getLogger("studio.generation.queue").debug("not this one")
        text = read()
        assert "INFO    studio.generation.queue: job 7 is whole" in text
        assert "not this one" not in text


def test_a_known_key_is_hidden_in_message_arguments_and_traceback(tmp_path: Path) -> None:
    with logging_to(tmp_path) as read:
        logs.redact(CANARY)
        log = logging.getLogger("studio.test")
        log.warning("with " + CANARY)  # noqa: G003 what is tested
        log.warning("as %r in %s", CANARY, {"key": CANARY})
        log.warning("https://host/models?x=%s", "canary-Zq7%2F7%2Bsecret%3D%3Dvalue")
        try:
            raise ValueError(CANARY)
        except ValueError:
            log.exception("failed")
        log.warning("here", stack_info=True)
        text = read()
        assert text.count(logs.HIDDEN) >= 5
        assert "ValueError" in text
        assert "canary-" not in text


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer abcdefCANARYghi",
        "{'authorization': 'Bearer abcdefCANARYghi', 'accept': '*/*'}",
        "[(b'x-goog-api-key', b'abcdefCANARYghi')]",
        "Headers({'x-goog-api-key': 'abcdefCANARYghi'})",
        "api_key=abcdefCANARYghi",
        "GET https://host/v1/models?pageSize=3&key=abcdefCANARYghi HTTP/1.1",
        "the key sk-proj-abcdefCANARYghi was refused",
        "the key AIzaSyabcdefCANARYghi_jklmnop was refused",
        '{"data": "' + "iVBORw0KGgo" * 30 + 'CANARY"}',
    ],
)
def test_what_looks_like_a_key_is_hidden_without_being_told(line: str) -> None:
    assert "CANARY" not in logs.clean(line)


@pytest.mark.parametrize(
    "line",
    [
        "The model gemini-3-pro-image refused the request",
        "/home/ann/Pictures/Gridbrush/2026-11/lighthouse-at-dusk-7f3a9c01.png",
        "sha256 " + "0123456789abcdef" * 4,
        "keyboard shortcuts loaded, risk-free",
    ],
)
def test_ordinary_lines_stay_as_they_are(line: str) -> None:
    assert logs.clean(line) == line


def test_a_line_that_cannot_be_made_does_no_harm(tmp_path: Path) -> None:
    with logging_to(tmp_path) as read:

        class Broken:
            def __repr__(self) -> str:
                raise RuntimeError(CANARY)

        logging.getLogger("studio.test").warning("%r", Broken())
        logging.getLogger("studio.test").warning("%d apples", "many")
        text = read()
        assert text.count("could not be logged") == 2
        assert CANARY not in text


def test_libraries_that_tell_too_much_are_quiet(tmp_path: Path) -> None:
    with logging_to(tmp_path) as read:
        logging.getLogger("httpx").info("HTTP Request: POST https://host/?key=1")
        logging.getLogger("httpcore.http11").info("send_request_headers.started")
        assert "host" not in read()


def test_a_stuck_disk_does_not_stop_who_logs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()
    begun = threading.Event()

    def emit(self: logging.Handler, record: logging.LogRecord) -> None:
        begun.set()
        stuck.wait(60)

    monkeypatch.setattr(log_files._FileHandler, "emit", emit)
    end = log_files.install(paths.find(tmp_path), "CRITICAL", most_waiting=50)
    for number in range(200):  # more than the queue holds
        logging.getLogger("studio.test").warning("line %d", number)
    assert begun.wait(60)
    stuck.set()
    end()


def test_a_disk_that_refuses_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    end = log_files.install(paths.find(tmp_path), "CRITICAL")
    logging.getLogger("studio.test").warning("into the void")
    end()
    assert (tmp_path / "state").is_file()


def test_files_stay_few_small_and_private(tmp_path: Path) -> None:
    home = paths.find(tmp_path)
    end = log_files.install(home, "CRITICAL", most_bytes=2000)
    for number in range(300):
        logging.getLogger("studio.test").warning("line %d", number)
    end()
    files = sorted(home.log_folder.iterdir())
    assert [file.name for file in files] == [
        log_files.FILE,
        log_files.FILE + ".1",
        log_files.FILE + ".2",
    ]
    assert all(file.stat().st_size <= 2000 for file in files)
    assert "line 299" in files[0].read_text()
    if sys.platform != "win32":
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
        assert stat.S_IMODE(home.log_folder.stat().st_mode) == 0o700


def test_standard_error_gets_the_chosen_level(tmp_path: Path) -> None:
    written = io.StringIO()
    end = log_files.install(paths.find(tmp_path), "warning", stderr=written)
    logging.getLogger("studio.test").info("only in the file")
    logging.getLogger("studio.test").warning("in both")
    end()
    assert "in both" in written.getvalue()
    assert "only in the file" not in written.getvalue()
    assert len(written.getvalue().splitlines()) == 1
    assert written.getvalue().endswith("\n")


def test_a_level_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="loud"):
        log_files.install(paths.find(tmp_path), "loud")


def test_what_is_logged_before_there_are_files_comes_first(tmp_path: Path) -> None:
    home = paths.find(tmp_path)
    handlers = list(logging.getLogger().handlers)
    logs.buffer_logs()
    logging.getLogger("studio.test").info("kept")
    end = log_files.install(home, "CRITICAL")
    logging.getLogger("studio.test").info("later")
    end()
    lines = (home.log_folder / log_files.FILE).read_text().splitlines()
    assert [line.rpartition(": ")[2] for line in lines] == ["kept", "later"]
    assert logging.getLogger().handlers == handlers


def test_nothing_is_written_before_the_first_line(tmp_path: Path) -> None:
    log_files.install(paths.find(tmp_path), "CRITICAL")()
    assert not (tmp_path / "state").exists()
