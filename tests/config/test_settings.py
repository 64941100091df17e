"""Settings and the draft: choices survive, an invalid value affects no other."""

from __future__ import annotations

import errno
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from studio.common import files
from studio.common.errors import InputError, StorageError
from studio.config.settings import OFFLINE, USUAL_WIRE, Profile, Settings, SettingsStore, encode
from studio.domain import sentences
from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import Reference, Role
from studio.domain.events import Event, EventBus, ProblemOccurred, SettingsChanged


def store(path: Path) -> tuple[SettingsStore, list[Event]]:
    events = EventBus()
    heard: list[Event] = []
    events.subscribe(heard.append)
    one = SettingsStore(path, events)
    one.load()
    return one, heard


def stored(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text())
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_without_a_file_everything_is_as_before_any_choice(path: Path) -> None:
    one, _heard = store(path)
    assert one.value == Settings()
    assert one.trouble is None
    assert not path.exists()


def test_every_choice_comes_back(path: Path) -> None:
    one, _heard = store(path)
    own = Profile(name="mine", title="Mine", base_url="https://images.example")
    chosen = {
        "profile": "mine",
        "known_keys": ("mine",),
        "profiles": (own,),
        "at_once": 5,
        "theme": "light",
        "confirm_above": 0.5,
        "models": (("mine", "x"),),
        "tile": 200,
    }
    one.change(**chosen)  # no loop runs: written at once
    again, _heard = store(path)
    assert again.value == one.value
    assert again.value.find_profile("mine") == own


@pytest.mark.parametrize("text", ["{", "[1]", "null", '{"version": "x"}', '{"version": null}', ""])
def test_a_broken_file_is_set_aside_and_said(path: Path, text: str) -> None:
    write(path, text)
    one, _heard = store(path)
    assert one.value == Settings()
    assert one.trouble is not None
    aside = path.with_name("settings.broken.json")
    assert str(aside) in one.trouble.message
    assert aside.read_text() == text
    assert not path.exists()
    # Said once: the next start finds nothing wrong.
    assert store(path)[0].trouble is None


def test_a_file_that_cannot_be_read_is_said_and_left(path: Path) -> None:
    path.mkdir(parents=True)
    one, _heard = store(path)
    assert one.value == Settings()
    assert one.trouble is not None
    assert path.is_dir()


def test_a_newer_file_is_understood_as_far_as_it_goes_and_not_written_over(path: Path) -> None:
    text = '{"version": 7, "theme": "light", "at_once": 4, "later": {"a": 1}}'
    write(path, text)
    one, heard = store(path)
    assert (one.value.theme, one.value.at_once) == ("light", 4)
    one.change(theme="dark")
    assert one.value.theme == "dark"
    assert heard == [SettingsChanged(("theme",))]
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *(("at_once", value) for value in (0, 17, "three", 2.5, None)),
        ("outer_limit", 5),
        ("tile", 10_000),
        ("theme", 3),
        ("known_keys", "dgrid"),
        ("profiles", [{"name": "no address"}]),
        ("captions", "yes"),
        ("confirm_above", -1),
    ],
)
def test_one_bad_value_costs_only_itself(path: Path, name: str, bad: object) -> None:
    write(path, json.dumps({"version": 1, "language": "de", name: bad}))
    one, _heard = store(path)
    assert getattr(one.value, name) == getattr(Settings(), name)
    assert one.value.language == "de"
    assert one.trouble is not None
    assert name in one.trouble.message
    one.change(sort="oldest")
    assert stored(path)[name] == bad, "it stays in the file as it was"


def test_one_bad_entry_costs_no_neighbour_and_stays_in_the_file(path: Path) -> None:
    good = {"name": "studio-a", "title": "A", "base_url": "https://a.example", "shine": {"x": 1}}
    good["prices"] = {"m": {"1K": 0.1, "2K": "dear"}, "n": 4}
    profiles = [good, {"name": "b", "base_url": "https://b.example"}, 7, None]
    hosts = [["studio-a", "a.example"], ["b"], {"later": 2**70}, [1, 2]]
    text = {"profiles": profiles, "key_hosts": hosts, "models": [["studio-a", "m"], "odd"]}
    write(path, json.dumps({"version": 1, "profile": "b", "later": [1], **text}))
    one, _heard = store(path)
    (mine,) = one.value.profiles
    assert (mine.name, mine.prices) == ("studio-a", {"m": {"1K": 0.1}})
    assert one.value.key_hosts == (("studio-a", "a.example"),)
    assert one.value.models == (("studio-a", "m"),)
    assert one.trouble is not None
    assert "profiles b" in one.trouble.message
    one.change(tile=200, models=(("studio-a", "n"),))
    after = stored(path)
    first, *others = after["profiles"]
    assert {name: first[name] for name in good} == good
    assert others == profiles[1:]
    assert sorted(after["key_hosts"], key=str) == sorted(hosts, key=str)
    assert after["models"] == [["studio-a", "n"], "odd"]
    assert (after["later"], after["profile"], after["tile"]) == ([1], "b", 200)
    again, _heard = store(path)
    again.change(profiles=(), profile="dgrid")
    assert stored(path)["profiles"] == profiles[1:], "what is taken away goes, and nothing else"
    assert stored(path)["profile"] == "dgrid"


def test_a_second_broken_file_does_not_replace_the_first_one_set_aside(path: Path) -> None:
    for text in ("first", "second", "[" * 100_000):
        write(path, text)
        one, _heard = store(path)
        assert one.trouble is not None
    kept = sorted(found.read_text()[:6] for found in path.parent.iterdir())
    assert kept == ["[" * 6, "first", "second"]


def test_a_file_that_breaks_while_it_is_in_use_is_set_aside_not_written_over(path: Path) -> None:
    one, _heard = store(path)
    write(path, "{torn")
    one.change(tile=200)
    assert stored(path)["tile"] == 200
    assert path.with_name("settings.broken.json").read_text() == "{torn"
    write(path, '{"version": 7, "tile": 100}')
    with pytest.raises(StorageError, match="newer version of Gridbrush"):
        one.change(tile=300)
    assert stored(path) == {"version": 7, "tile": 100}


@pytest.mark.parametrize(("name", "bad"), [("at_once", 0), ("at_once", 17), ("outer_limit", 59)])
def test_a_choice_out_of_range_is_refused_and_nothing_changes(
    path: Path, name: str, bad: float
) -> None:
    one, heard = store(path)
    with pytest.raises(InputError, match="between"):
        one.change(**{name: bad, "theme": "light"})
    assert one.value == Settings()
    assert heard == []
    assert not path.exists()


def test_an_own_profile_stands_before_a_built_in_one_and_unknown_ones_are_reported(
    path: Path,
) -> None:
    mine = Profile(name="dgrid", title="Mine", base_url="https://images.example")
    settings = Settings(profiles=(mine,))
    assert settings.find_profile("dgrid") == mine
    assert [p.name for p in settings.all_profiles].count("dgrid") == 1
    with pytest.raises(InputError, match="nobody") as told:
        settings.find_profile("nobody")
    assert "sketch" in told.value.message


def test_a_choice_that_changes_nothing_is_not_told_or_written(path: Path) -> None:
    one, heard = store(path)
    one.change(theme="system")
    assert heard == []
    assert not path.exists()


async def test_many_choices_at_once_are_written_once(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    one, heard = store(path)
    written: list[Path] = []
    stop = files.watch(lambda kind, path: written.append(path) if kind == "rename" else None)
    try:
        for number in range(1, 11):
            one.change(at_once=number)
        one.change(theme="light", tile=200)
        await one.close()
    finally:
        stop()
    assert written == [path]
    assert len(heard) == 11
    assert heard[-1] == SettingsChanged(("theme", "tile"))
    assert (stored(path)["at_once"], stored(path)["theme"]) == (10, "light")


async def test_a_choice_made_while_the_last_is_written_is_written_too(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    one, _heard = store(path)
    loop_changes = iter(["light", "dark"])

    def change_again(kind: str, _path: Path) -> None:
        if kind == "create" and (theme := next(loop_changes, None)):
            one.value = Settings(theme=theme)

    stop = files.watch(change_again)
    try:
        one.change(at_once=2)
        await one.close()
    finally:
        stop()
    assert stored(path)["theme"] == "dark"


async def test_settings_that_cannot_be_written_are_reported_and_the_old_ones_stay(
    tmp_path: Path,
) -> None:
    path = tmp_path / "settings.json"
    one, heard = store(path)
    one.change(theme="light")
    await one.close()
    before = path.read_bytes()

    def full(kind: str, _path: Path) -> None:
        if kind == "write":
            raise OSError(errno.ENOSPC, "No space left on device")

    stop = files.watch(full)
    try:
        one.change(theme="dark")
        await one.close()
    finally:
        stop()
    (trouble,) = [event for event in heard if isinstance(event, ProblemOccurred)]
    assert isinstance(trouble.error, StorageError)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == ["settings.json"]


def test_the_file_is_text_people_can_read(path: Path) -> None:
    text = encode(Settings()).decode()
    assert json.loads(text)["version"] == 1
    assert len(text.splitlines()) > 10
    assert text.endswith("\n")


def test_the_draft_comes_back_as_it_was(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "state" / "draft.json")
    assert file.load() is None
    reference = Reference(sha256="0" * 64, media_type="image/png", role=Role.EDIT, name="a")
    draft = Draft(
        prompt="Ein {Leuchtturm|灯塔}\n# not sent",
        references=(reference,),
        model="x",
        aspect="match",
        size="1024x1024",
        count=4,
        seed=7,
    )
    file.save(draft)
    assert DraftFile(tmp_path / "state" / "draft.json").load() == draft


@pytest.mark.parametrize("text", ["", "{", "[]", '{"count": "many"}'])
def test_a_broken_draft_is_passed_over(tmp_path: Path, text: str) -> None:
    path = tmp_path / "draft.json"
    path.write_text(text)
    assert DraftFile(path).load() is None


def test_a_draft_is_saved_whole_or_not_at_all(tmp_path: Path) -> None:
    file = DraftFile(tmp_path / "draft.json")
    file.save(Draft(prompt="first"))

    def full(kind: str, _path: Path) -> None:
        if kind == "sync":
            raise OSError(errno.ENOSPC, "No space left on device")

    stop = files.watch(full)
    try:
        with pytest.raises(StorageError):
            file.save(Draft(prompt="second"))
    finally:
        stop()
    found = file.load()
    assert found is not None
    assert found.prompt == "first"
    assert [one.name for one in tmp_path.iterdir()] == ["draft.json"]


def test_two_programs_do_not_take_each_others_choices_back(path: Path) -> None:
    window, _heard = store(path)
    window.change(theme="light")
    command, _heard = store(path)
    command.change(known_keys=("dgrid",), profile="dgrid")
    window.change(tile=200)
    assert stored(path)["known_keys"] == ["dgrid"]
    assert stored(path)["profile"] == "dgrid"
    assert (stored(path)["theme"], stored(path)["tile"]) == ("light", 200)


def test_a_file_that_is_gone_is_written_whole_again(path: Path) -> None:
    write(path, '{"version": 1, "language": "de"}')
    one, _heard = store(path)
    path.unlink()
    one.change(theme="dark")
    assert (stored(path)["language"], stored(path)["theme"]) == ("de", "dark")


@pytest.mark.parametrize(("keys", "instead"), [([], OFFLINE), (["gone", "google"], "google")])
def test_a_profile_that_is_gone_makes_way(path: Path, keys: list[str], instead: str) -> None:
    write(path, json.dumps({"version": 1, "profile": "gone", "known_keys": keys}))
    one, _heard = store(path)
    assert one.value.profile == instead


def test_that_choices_of_a_newer_version_are_not_kept_is_said(path: Path) -> None:
    write(path, '{"version": 7}')
    one, _heard = store(path)
    assert one.trouble is not None
    assert "newer" in one.trouble.title


def test_a_file_that_may_not_be_read_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    path.write_text('{"version": 1, "theme": "light"}')
    before = path.read_bytes()

    def denied(_path: Path) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as during:
        during.setattr(Path, "read_bytes", denied)
        one, _heard = store(path)
        assert one.trouble is not None
        assert "Permission denied" in one.trouble.message
        assert one.change(theme="dark").theme == "dark"
        one.save()
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_broken_file_that_cannot_be_set_aside_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "settings.json"
    path.write_text("{torn")

    def denied(_path: Path, _target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as during:
        during.setattr(Path, "replace", denied)
        one, _heard = store(path)
    one.change(theme="dark")
    one.save()
    assert path.read_text() == "{torn"


def test_what_must_be_on_disk_is_kept_or_not_taken_at_all(path: Path) -> None:
    one, heard = store(path)
    one.save_now(library="/mnt/a")
    assert stored(path)["library"] == "/mnt/a"
    assert heard == []

    def full(kind: str, _path: Path) -> None:
        if kind == "write":
            raise OSError(errno.ENOSPC, "No space left on device")

    stop = files.watch(full)
    try:
        with pytest.raises(StorageError):
            one.save_now(library="/mnt/b")
    finally:
        stop()
    assert one.value.library == "/mnt/a", "nor is it written with the next change"
    path.write_text(json.dumps({"version": 99}))
    newer, _heard = store(path)
    with pytest.raises(StorageError, match="newer version of Gridbrush"):
        newer.save_now(library="/mnt/c")
    assert newer.value.library != "/mnt/c"


MINE = {"name": "mine", "title": "Mine", "base_url": "https://images.example"}


def test_a_provider_of_before_there_were_wires_has_the_usual_one(path: Path) -> None:
    write(path, json.dumps({"version": 1, "profiles": [MINE]}))
    one, _heard = store(path)
    assert one.trouble is None
    assert [profile.wire for profile in one.value.all_profiles] == [USUAL_WIRE] * 4


@pytest.mark.parametrize("wire", ["telepathy", "", "x" * 5000])
def test_a_wire_nobody_here_knows_stays_as_it_is(path: Path, wire: str) -> None:
    write(path, json.dumps({"version": 1, "profiles": [{**MINE, "wire": wire, "tone": 3}]}))
    one, _heard = store(path)
    assert one.trouble is None
    (mine,) = one.value.profiles
    assert mine.wire == wire
    one.change(profiles=(replace(mine, title="Ours"), Profile(name="b", title="B", base_url="x")))
    ours, other = stored(path)["profiles"]
    assert (ours["wire"], ours["title"], ours["tone"]) == (wire, "Ours", 3)
    assert other["wire"] == USUAL_WIRE


@pytest.mark.parametrize("wire", [5, None, ["gemini"], {"name": "telepathy"}])
def test_a_wire_that_is_no_name_is_reported_and_kept(path: Path, wire: object) -> None:
    write(path, json.dumps({"version": 1, "profiles": [{**MINE, "wire": wire}]}))
    one, _heard = store(path)
    assert one.trouble is not None
    assert "mine wire" in one.trouble.message
    one.change(tile=300)
    assert stored(path)["profiles"][0]["wire"] == wire


def test_sentences_are_stored_in_the_form_in_which_they_are_sent(path: Path) -> None:
    one, heard = store(path)
    one.change(role_sentences={"style": " In\tmy style. ", "palette": ""})
    assert stored(path)["role_sentences"] == {"style": "In my style.", "palette": ""}
    assert len(heard) == 1
    again, _heard = store(path)
    found = again.load().sentences
    assert (found[Role.STYLE], found[Role.PALETTE]) == ("In my style.", "")
    assert found[Role.SUBJECT] == sentences.DEFAULTS[Role.SUBJECT]
    with pytest.raises(InputError, match="too long"):
        one.change(role_sentences={"style": "x" * 501})
    assert stored(path)["role_sentences"]["style"] == "In my style."


@pytest.mark.parametrize("bad", ["a\nb", "x" * 501, 7, None])
def test_a_sentence_that_cannot_be_sent_is_reported_not_used_and_kept(
    path: Path, bad: object
) -> None:
    write(path, json.dumps({"version": 1, "role_sentences": {"style": bad, "palette": "Mine."}}))
    one, _heard = store(path)
    found = one.load()
    assert found.role_sentences == {"palette": "Mine."}
    assert found.sentences[Role.STYLE] == sentences.DEFAULTS[Role.STYLE]
    assert one.trouble is not None
    assert "role_sentences" in one.trouble.message
    one.change(theme="light")
    assert stored(path)["role_sentences"] == {"style": bad, "palette": "Mine."}
