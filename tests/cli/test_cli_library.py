"""`gridbrush library`: reading never waits, damage is reported, changes are recorded."""

from __future__ import annotations

import json
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from studio.library.log import records
from tests.cli.conftest import ids
from tests.cli.program import CliProgram, Result

pytestmark = pytest.mark.usefixtures("warm")


def test_list_and_show_tell_what_is_there(shelf: tuple[CliProgram, Result]) -> None:
    program, made = shelf
    listed = program("library", "list", "--json").events
    assert [one["id"] for one in listed] == ids(made)[::-1]
    assert {one["provider"] for one in listed} == {"sketch"}
    assert all(one["offline"] for one in listed)
    forest = program("library", "list", "forest", "--limit", "1").out.splitlines()
    assert len(forest) == 1
    short, _when, _size, model, name = forest[0].split("\t")
    # A variant is called by the words that set it apart.
    assert (model, name) == ("sketch", "forest")
    assert short in {one["id"][-8:] for one in listed}
    shown = program("library", "show", short)
    assert shown.code == 0
    assert "Offline sketch, not AI" in shown.out
    assert "Prompt: A forest at dusk" in shown.out
    for image in made.only("image"):
        (one,) = program("library", "show", image["id"], "--json").events
        assert {key: one[key] for key in image if key not in ("event", "job")} == {
            key: image[key] for key in image if key not in ("event", "job")
        }


def test_a_reader_that_has_seen_enough_ends_it_quietly(shelf: tuple[CliProgram, Result]) -> None:
    program, _made = shelf
    with subprocess.Popen(
        program.command("library", "list", "--json"),
        env=program.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.stderr is not None
        assert running.stderr.read() == b""
        assert running.wait(120) == 0


def test_ids_may_be_shortened_but_must_be_one(shelf: tuple[CliProgram, Result]) -> None:
    program, made = shelf
    first = ids(made)[0]
    assert program("library", "show", first[:8]).code == 2  # all were made in the same moment
    assert program("library", "show", first[:-1], "--json").events[0]["id"] == first
    nothing = program("library", "show", "ffffffff")
    assert (nothing.code, nothing.out) == (2, "")
    assert "Picture ffffffff not found" in nothing.err


def test_verify_finds_every_damage(copied: CliProgram, shelf: tuple[CliProgram, Result]) -> None:
    good = copied("library", "verify", "--json")
    assert good.code == 0
    assert (good.events[0]["checked"], good.events[0]["sound"]) == (4, 4)
    one, two, *_rest = [
        copied.home / Path(image["path"]).relative_to(shelf[0].home)
        for image in shelf[1].only("image")
    ]
    one.unlink()
    two.write_bytes(two.read_bytes()[:-1] + b"?")
    bad = copied("library", "verify", "--json")
    assert bad.code == 8
    assert bad.events[0]["missing"] == [ids(shelf[1])[0]]
    assert bad.events[0]["changed"] == [ids(shelf[1])[1]]
    plain = copied("library", "verify")
    assert plain.code == 8
    assert "missing: " in plain.out
    assert "2 of 4" in plain.err


def test_verify_finds_a_damaged_record_the_index_has_read(copied: CliProgram) -> None:
    (log,) = (copied.home / "library/.gridbrush/records").iterdir()
    log.write_bytes(log.read_bytes().replace(b"harbour", b"harbor!", 1))
    bad = copied("library", "verify", "--json")
    assert (bad.code, bad.events[0]["damaged_records"]) == (8, 1)


def test_rebuild_makes_the_index_from_the_records(copied: CliProgram) -> None:
    before = copied("library", "list", "--json").out
    for index in (copied.home / "data").rglob("index.sqlite*"):
        index.write_bytes(b"spoilt" * 1000)
    assert copied("library", "list", "--json").out == before
    rebuilt = copied("library", "rebuild", "--json")
    assert (rebuilt.code, rebuilt.events) == (0, [{"pictures": 4}])
    shutil.rmtree(copied.home / "data")
    assert copied("library", "list", "--json").out == before


def test_changes_are_kept(copied: CliProgram, shelf: tuple[CliProgram, Result]) -> None:
    first, second, third, _fourth = ids(shelf[1])
    assert copied("library", "rate", "4", first[-8:], second).code == 0
    tagged = copied("library", "tag", first, "--add", "Harbour light", "--add", "pick", "--json")
    assert tagged.events[0]["changed"]
    assert copied("library", "tag", first, "--remove", "pick").code == 0
    assert copied("library", "trash", second, third).code == 0
    assert copied("library", "restore", third).code == 0
    shown = {one["id"]: one for one in copied("library", "list", "--json").events}
    assert (shown[first]["rating"], shown[first]["tags"]) == (4, ["Harbour light"])
    assert second not in shown
    assert Path(shown[third]["path"]).is_file()
    (trashed,) = copied("library", "list", "--trashed", "--json").events
    assert (trashed["id"], trashed["trashed"]) == (second, True)
    assert "/.gridbrush/trash/" in Path(trashed["path"]).as_posix()
    assert Path(trashed["path"]).is_file()
    stats = copied("library", "stats", "--json").events[0]
    assert (stats["pictures"], stats["trash"], stats["failed"]) == (3, 1, 0)
    assert stats["bytes"] > 0
    assert copied("library", "verify").code == 0
    refused = copied("library", "rate", "6", first)
    assert (refused.code, refused.out) == (2, "")
    unchanged = copied("library", "rate", "4", first, "--json")
    assert (unchanged.code, unchanged.events[0]["changed"]) == (0, False)


def test_one_process_owns_the_library_and_readers_do_not_wait(copied: CliProgram) -> None:
    owner = copied.start("generate", "A lamp", "--model", "sketch-slow", "--size", "512", "--json")
    try:
        assert owner.stdout is not None
        for line in owner.stdout:
            if json.loads(line)["event"] == "started":
                break
        assert len(copied("library", "list", "--json").events) == 4
        assert copied("library", "verify").code == 0
        assert copied("library", "stats").code == 0
    finally:
        owner.terminate()
        owner.communicate(timeout=120)
    # However it ended, the lock went with it.
    assert copied("library", "rebuild").code == 0


def test_a_killed_owner_leaves_no_lock_and_its_job_is_reported(copied: CliProgram) -> None:
    owner = copied.start("generate", "A lamp", "--model", "sketch-slow", "--size", "512", "--json")
    assert owner.stdout is not None
    for line in owner.stdout:
        if json.loads(line)["event"] == "started":
            break
    owner.kill()
    owner.communicate(timeout=120)
    made = copied("generate", "Next", "--size", "512", "--json")
    assert made.code == 0, made.err
    # What was found at start is none of this run's business.
    assert made.events[-1] == {"event": "done", "images": 1, "failed": 0}
    assert {event["prompt"] for event in made.only("queued")} == {"Next"}
    assert copied("library", "stats", "--json").events[0]["failed"] == 1


def newer(program: CliProgram) -> dict[Path, bytes]:
    """The library as a newer version left it: identity, one line nobody can read, one that we can.

    Its files, with their bytes.
    """
    identity = program.home / "library/.gridbrush/id"
    version = records.VERSION + 1
    identity.write_text(json.dumps({**json.loads(identity.read_text()), "version": version}))
    (month,) = (program.home / "library/.gridbrush/records").iterdir()
    body = f'{{"v":{version},"id":"x","at":1.0,"kind":"sculpture","values":{{"weight":7}}}}'
    line = f'{body[:-1]},"sum":"{zlib.crc32(body.encode()):08x}"}}\n'
    month.write_text(month.read_text() + line)
    return {p: b for p, b in program.written().items() if "library" in p.parts}


@pytest.mark.parametrize("words", [["generate", "x"], ["library", "rebuild"], ["library", "trash"]])
def test_a_newer_library_is_not_changed(copied: CliProgram, words: list[str]) -> None:
    listed = [json.loads(line) for line in copied("library", "list", "--json").out.splitlines()]
    before = newer(copied)
    refused = copied(*words, *([listed[0]["id"]] if words[-1] == "trash" else []))
    assert (refused.code, refused.out) == (8, "")
    assert "newer version of Gridbrush" in refused.err
    after = {p: b for p, b in copied.written().items() if "library" in p.parts}
    assert {p.name for p in set(after) ^ set(before)} <= {"lock"}
    assert all(after[path] == data for path, data in before.items() if path.name != "lock")


def test_a_newer_library_can_be_looked_at_with_a_sentence(copied: CliProgram) -> None:
    before = newer(copied)
    listed = copied("library", "list", "--json")
    assert listed.code == 0, listed.err
    assert len(listed.out.splitlines()) == 4
    assert "newer version of Gridbrush" in listed.err
    assert {p: b for p, b in copied.written().items() if "library" in p.parts} == before


def test_an_empty_library_is_no_error_and_is_not_made_by_reading(program: CliProgram) -> None:
    for action in ("list", "stats", "verify"):
        assert program("library", action, "--json").code == 0, action
    assert not (program.home / "library").exists()
