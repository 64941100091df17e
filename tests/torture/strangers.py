"""Malicious libraries and backups: nothing outside them is touched.

A sound library with everything under way (an import, an emptying, a request with its answer) is
changed in one string at a time: paths, drives, links, markup, wrong kinds. It is opened as a user
would, in its usual place or as another library, and everything is done with it that a start and the
commands do. Then the user's folder is compared with what it was: names, sizes, hashes and times.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import io
import json
import os
import random
import shutil
import struct
import sys
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from studio.app.core import Core
from studio.app.core_options import CoreOptions
from studio.common import paths
from studio.common.errors import StudioError
from studio.domain.derivation import Derivation, Operation
from studio.domain.entities import Conversation, Parent, Picture, Reference, Role, new_id
from studio.domain.markup import Markup, Region
from studio.generation.journal import VERSION
from studio.generation.journal_entry import QueuedFile, StageMark
from studio.library.files.originals import HIDDEN, UNFINISHED
from studio.library.log import records
from studio.library.operations import restore, trash
from studio.remote import server
from studio.remote.protocol import ChangeLibrary
from studio.remote.server import carry_out
from tests.fake_service import answer_with, tiny_png
from tests.library.builders import a_job, a_picture

Files = dict[str, bytes]
"""A library: names below its folder, and bytes."""

SECRET = b"Nobody else's business."
_TARGETS = ("Documents/letter.txt", "Pictures/cat.png", ".bashrc")


def _picture(data: bytes, name: str, **values: object) -> Picture:
    id = new_id()
    digest = hashlib.sha256(data).hexdigest()
    return a_picture(
        id=id, path=f"2026-11/{name}-{id[-8:]}.png", sha256=digest, bytes=len(data), **values
    )


def sound() -> Files:
    """A library with something of everything."""
    one, two, three, four, five = (tiny_png(8 + n, 9) for n in range(5))
    kept = hashlib.sha256(four).hexdigest()
    told = b'{"parts": []}'
    turn = hashlib.sha256(told).hexdigest()
    parent = Parent(sha256=kept, role=Role.EDIT, name="four")
    first = _picture(one, "first", parents=(parent,), note="n", title="t")
    talk = Conversation(parts=turn, pictures=(first.id,))
    first = replace(first, conversation=talk)
    second, coming = _picture(two, "second"), _picture(three, "coming")
    drawn = msgspec.json.encode(Markup(region=Region(mask=kept)))
    markup = hashlib.sha256(drawn).hexdigest()
    derivation = Derivation(operation=Operation.ONLY_HERE, markup=markup, outside=9)
    made = _picture(five, "made", parents=(parent,), derivation=derivation)
    request = replace(
        a_job().request,
        references=(Reference(sha256=kept, media_type="image/png", role=Role.FREE, name="four"),),
    )
    job = a_job(request=request, pictures=(first.id, second.id))
    log = [
        records.finished(job, [first, second]),
        records.change("tags", [(["lamp"], [first.id])], [([], [first.id])]),
        records.change("path", [(first.path, [first.id])], [(first.path, [first.id])]),
        records.change("trashed", [(True, [second.id])], [(False, [second.id])]),
        records.change("collection", [({"name": "c", "search": "lamp"}, [new_id()])], []),
    ]
    hidden, attempt, portion = HIDDEN, new_id(), new_id()
    composing = f"{hidden}/composing/{new_id()}"
    going = {"ids": [second.id], "files": [[second.path, second.sha256]], "discarded": False}
    entry = f"{hidden}/journal/{attempt}"
    return {
        first.path: one,
        f"{hidden}/trash/{second.path}": two,
        f"{hidden}/inputs/{kept}.png": four,
        f"{hidden}/turns/{turn}.json": told,
        f"{hidden}/importing/{portion}/{coming.id}": three,
        f"{hidden}/importing/{portion}/pictures.json": msgspec.json.encode([coming]),
        f"{hidden}/inputs/{markup}.json": drawn,
        f"{composing}/picture": five,
        f"{composing}/record": records.encode(records.derived(made)),
        f"{hidden}/emptying/{new_id()}.json": msgspec.json.encode(going),
        f"{entry}/queued.json": msgspec.json.encode(QueuedFile(version=VERSION, job=a_job())),
        f"{entry}/sent.json": msgspec.json.encode(StageMark(at=1.0)),
        f"{entry}/whole.json": msgspec.json.encode(
            StageMark(at=1.0, bytes=9, status=200, headers={"content-type": "application/json"})
        ),
        f"{entry}/answer": json.dumps(answer_with(tiny_png(12, 12))).encode(),
        f"{hidden}/journal/order.json": msgspec.json.encode([attempt]),
        f"{hidden}/records/2026-11.jsonl": b"".join(map(records.encode, log)),
        f"{hidden}/id": msgspec.json.encode(records.LibraryIdentity(id=new_id())),
    }


def values(user: Path) -> list[Any]:
    """What is put in the place of a string."""
    target = user / _TARGETS[0]
    up = "/".join([".."] * 12)
    return [
        str(target),
        f"{up}{target}",
        f"2026-11/../../../../{_TARGETS[0]}",
        f"../../user/{_TARGETS[0]}",
        f"{target}\0.png",
        "C:\\Users\\me\\letter.txt",
        "\\\\server\\share\\x",
        "2026-11/a\nb\x1b]0;x\x07\u202egnp",
        "<b>&lt;x</b><script>",
        "*",
        f"{HIDDEN}/id",
        "\ud800",
        "x" * 5000,
        -1e308,
        None,
        _nested(400),
    ]


def _nested(depth: int) -> Any:
    found: Any = "x"
    for _level in range(depth):
        found = [found]
    return found


def _places(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document strings stand."""
    if isinstance(value, str):
        yield where
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _places(one, (*where, name))
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from _places(one, (*where, number))


def _with(value: Any, where: tuple[Any, ...], new: Any) -> Any:
    if not where:
        return new
    first, rest = where[0], where[1:]
    if isinstance(value, dict):
        return {**value, first: _with(value[first], rest, new)}
    return [*value[:first], _with(value[first], rest, new), *value[first + 1 :]]


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def changed(library: Files, user: Path) -> Iterator[tuple[int, Files]]:
    """The library with strings of it replaced by such values, and how many there are in it.

    What there may be many of (records, lists, requests) is there once more for each value: those of
    one string together, those of a wrong kind apart.
    """
    texts = [one for one in values(user) if isinstance(one, str)]
    kinds = [one for one in values(user) if not isinstance(one, str)]
    # Requests are recovered by a decoding process: it is started where they are what is tried.
    quiet = {name: data for name, data in library.items() if "/journal/" not in name}
    whole = library
    for name, data in library.items():
        library = whole if "/journal/" in name else quiet
        if name.endswith(".jsonl"):
            for line in data.splitlines(keepends=True):
                body = json.loads(records.body_of(line))
                places = list(_places(body))
                for some in (
                    *([(where, new) for new in texts] for where in places),
                    *([(where, new) for where in places] for new in kinds),
                ):
                    lines = [records.line_of(_encoded(_fresh(body, *one))) for one in some]
                    yield len(some), {**library, name: b"".join([*lines, data])}
        elif name.endswith((".json", "/id")):
            body = json.loads(data)
            for where in _places(body):
                every = [_encoded(_with(body, where, new)) for new in (*texts, *kinds)]
                if name.endswith(("/order.json", "/id")):
                    yield from ((1, {**library, name: one}) for one in every)
                else:
                    more = [_beside(library, name, one) for one in every]
                    yield len(every), {k: v for one in (library, *more) for k, v in one.items()}


def _fresh(body: Any, where: tuple[Any, ...], new: Any) -> Any:
    """A record with another value, and pictures that are not known already."""
    for number, _picture_of in enumerate(body.get("pictures", ())):
        body = _with(body, ("pictures", number, "id"), new_id())
    return _with({**body, "id": new_id()}, where, new)


def _beside(library: Files, name: str, data: bytes) -> Files:
    """A list or request once more, with other bytes."""
    hidden, kind, one, *_rest = name.split("/")
    if kind == "emptying":
        return {f"{hidden}/{kind}/{new_id()}.json": data}
    former, now = f"{hidden}/{kind}/{one}/", f"{hidden}/{kind}/{new_id()}/"
    same = {now + k.removeprefix(former): v for k, v in library.items() if k.startswith(former)}
    return {**same, name.replace(former, now): data}


def written(library: Files, folder: Path) -> None:
    """Put it on the disk."""
    for name, data in library.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def linked(library: Files, user: Path) -> Iterator[partial[None]]:
    """What puts it on the disk with one folder or file of it a link into the user's folder."""
    every = {"/".join(name.split("/")[:n]) for name in library for n in range(1, 6)}
    for name in sorted(one for one in every if one):
        there = user / (_TARGETS[0] if name in library else "Documents")
        for to in (there, user / "pipe"):
            yield partial(_put_link, library, name, to)


def _put_link(library: Files, name: str, to: Path, folder: Path) -> None:
    written(library, folder)
    place = folder / name
    if place.is_dir():
        shutil.rmtree(place)
    elif place.exists():
        place.unlink()
    place.symlink_to(to)


def a_user(folder: Path) -> Path:
    """A user's folder with things that matter."""
    for name in (*_TARGETS, *(f"Documents/{day:02}/queued.json" for day in range(20))):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(SECRET + name.encode())
    if sys.platform != "win32":
        os.mkfifo(folder / "pipe")
    return folder


def told(folder: Path, without: tuple[Path, ...] = ()) -> dict[str, tuple[Any, ...]]:
    """Names, kinds, sizes, hashes and times of everything below, without some folders."""
    found: dict[str, tuple[Any, ...]] = {}
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if Path(place, name) not in without]
        for name in (*folders, *names):
            path = Path(place, name)
            about = path.lstat()
            data = path.read_bytes() if path.is_file() and not path.is_symlink() else b""
            when = about.st_mtime_ns if data else 0
            digest = hashlib.sha256(data).hexdigest()
            found[str(path)] = (about.st_mode, about.st_size if data else 0, digest, when)
    return found


def _gone(files: Sequence[Path]) -> None:
    for file in files:
        file.unlink()


async def _used(home: Path, chosen: Path | None) -> None:
    """Everything a start and the commands do, as far as the library lets them."""
    where = paths.find(home)
    if chosen is not None:
        where = replace(where, home=None)
        where.settings_file.parent.mkdir(parents=True, exist_ok=True)
        where.settings_file.write_text(json.dumps({"version": 1, "library": str(chosen)}))
    core = await Core.open(where, CoreOptions(provider="sketch"), environ={})
    try:
        library = core.library
        every = await library.every()
        for picture in every:
            with contextlib.suppress(StudioError, OSError):
                library.path(picture)
        with contextlib.suppress(StudioError):
            await core.recover()
        for action in ("fix", "rebuild", "trash", "restore", "trash", "empty-trash", "undo"):
            with contextlib.suppress(StudioError):
                await carry_out(core, ChangeLibrary(action=action, ids=[one.id for one in every]))
        for picture in every:
            with contextlib.suppress(StudioError):
                library.store.thumbnails.remove(picture.sha256)
                await library.store.reading.run(
                    library.store.thumbnails.store_thumbnail, picture.sha256, 256, SECRET
                )
        for job in await library.failed():
            for one in job.request.references:
                with contextlib.suppress(StudioError):
                    library.input_path(one)
        with contextlib.suppress(StudioError):
            await server.check(core)
        await trash.resume(library.store, _gone)
    finally:
        await core.close()


def open_one(folder: Path, put: Callable[[Path], None], *, elsewhere: bool) -> None:
    """Open one hostile library, and compare the user's folder with what it was."""
    user, home = folder / "user", folder / "user/gridbrush"
    library = folder / "user/received" if elsewhere else home / "library"
    put(library)
    before = told(user, (home, library))
    assert before
    # How it is said that a record makes no sense is tested where records are read.
    with contextlib.suppress(Exception):
        asyncio.run(_used(home, library if elsewhere else None))
    after = told(user, (home, library))
    assert after == before, sorted(set(after.items()) ^ set(before.items()))
    for place in (home, library):
        if place.is_symlink():
            place.unlink()
        shutil.rmtree(place, ignore_errors=True)


def libraries(folder: Path, number: int) -> int:
    """Open libraries with that many hostile values and links; how many there were."""
    user = a_user(folder / "user")
    library = sound()
    every = [(n, partial(written, one)) for n, one in changed(library, user)]
    every += [(1, put) for put in linked(library, user)]
    random.Random(7).shuffle(every)
    reached = 0
    for turn, (n, put) in enumerate(every):
        open_one(folder, put, elsewhere=turn % 2 == 0)
        reached += n
        if reached >= number:
            break
    return reached


# Backups


def packed(library: Files, **more: bytes) -> dict[str, bytes]:
    """The files of a backup, the manifest last."""
    every = {f"library/{name}": data for name, data in library.items()}
    every |= {name.replace("_", "."): data for name, data in more.items()}
    hashes = {name: hashlib.sha256(data).hexdigest() for name, data in every.items()}
    manifest = {"version": 1, "made": 1.0, "sha256": hashes}
    return {**every, "manifest.json": _encoded(manifest)}


def zipped(files: dict[str, bytes], kind: int = zipfile.ZIP_STORED) -> bytes:
    """As a ZIP file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", kind) as archive:
        for name, data in files.items():
            archive.writestr(zipfile.ZipInfo(name), data, kind)
    return out.getvalue()


def hostile_backups(user: Path, chance: random.Random) -> Iterator[bytes]:
    """Backups with one thing wrong, and then with any byte of them."""
    library = sound()
    good = packed(library, settings_json=_encoded({"profiles": [], "library": str(user)}))
    whole = zipped(good)
    for kind in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA, zipfile.ZIP_DEFLATED):
        data = zipped(good, kind)
        yield data
        for _time in range(40):
            yield _spoilt(data, chance)
    bomb = bytes(64 << 20)
    yield zipped(packed({**library, "2026-11/x.png": bomb}), zipfile.ZIP_DEFLATED)
    yield zipped({**good, "manifest.json": bomb}, zipfile.ZIP_DEFLATED)
    yield zipped({**good, "settings.json": bomb}, zipfile.ZIP_DEFLATED)
    manifest = json.loads(good["manifest.json"])
    for new in values(user):
        if isinstance(new, str):
            with contextlib.suppress(UnicodeError):
                name = f"library/{new}"
                yield zipped(packed({**library, new: SECRET}))
                yield zipped({**packed({**library, new: SECRET}), new: SECRET, name: SECRET})
        for name in list(manifest["sha256"])[:6]:
            other = {**manifest, "sha256": {**manifest["sha256"], name: new}}
            yield zipped({**good, "manifest.json": _encoded(other)})
        for field in manifest:
            yield zipped({**good, "manifest.json": _encoded({**manifest, field: new})})
            yield zipped({**good, "settings.json": _encoded({field: new, "profiles": new})})
    yield zipped({**good, "manifest.json": b"[" * 100_000})
    yield whole[: len(whole) // 2]
    yield _lying(whole)
    yield _crowded()
    while True:
        yield _spoilt(whole, chance)


def _spoilt(data: bytes, chance: random.Random) -> bytes:
    body = bytearray(data)
    directory = data.rfind(b"PK\x05\x06")
    for _time in range(chance.randint(1, 6)):
        # Mostly where the ZIP says what is in it.
        low = max(0, directory - 2500) if chance.random() < 0.7 else 0
        where = chance.randrange(low, len(body))
        if chance.random() < 0.1:
            del body[where : where + chance.randint(1, 200)]
        else:
            body[where] = chance.randrange(256)
        if not body:
            break
    return bytes(body)


def _lying(data: bytes) -> bytes:
    """Every size in the list of files is four gigabytes."""
    body = bytearray(data)
    at = -1
    while (at := body.find(b"PK\x01\x02", at + 1)) >= 0:
        body[at + 20 : at + 28] = struct.pack("<II", 0xFFFFFFF0, 0xFFFFFFF0)
    return bytes(body)


def _crowded() -> bytes:
    """A list of files that is far longer than they could be."""
    entry = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    number = 60_000
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, number, number, len(entry) * number, 0, 0)
    return entry * number + end


def restore_one(folder: Path, data: bytes, *, agreed: bool) -> bool:
    """Restore one, and compare everything with what it was; whether it was restored."""
    user, library = folder / "user", folder / "user/restored/library"
    settings = folder / "user/settings.json"
    source = folder / "backup.zip"
    source.write_bytes(data)
    before = told(user, (library,))
    done = False
    said: StudioError | None = None
    try:
        with restore.opened(source) as found:
            found.restore(library, {"settings.json": settings}, agreed=agreed)
        done = True
    except StudioError as error:
        said = error
    assert said is None or (said.title and said.exit_code in (2, 8)), said
    if done:
        kept = json.loads(settings.read_text()) if settings.exists() else {}
        assert agreed or not kept.get("profiles")
        assert "library" not in kept
        names = {one.name for one in (library / HIDDEN).iterdir()}
        assert agreed or not names & {*UNFINISHED, "lock"}
        assert not any(path.is_symlink() for path in library.rglob("*"))
        settings.unlink(missing_ok=True)
        shutil.rmtree(library.parent)
    after = told(user, (library,))
    assert after == before, sorted(set(after.items()) ^ set(before.items()))
    assert not library.parent.exists()
    return done


def backups(folder: Path, number: int) -> int:
    """Restore that many hostile backups; how many were tried."""
    user = a_user(folder / "user")
    chance = random.Random(17)
    every = hostile_backups(user, chance)
    for n in range(number):
        restore_one(folder, next(every), agreed=n % 3 == 0)
    return number
