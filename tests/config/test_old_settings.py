"""Settings, models and draft of early versions are read unchanged."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from studio.app import session
from studio.app.core import Core
from studio.common import paths
from studio.config.settings import Profile, Settings
from studio.domain.drafts import Draft, DraftFile
from studio.domain.entities import Advanced, ConversationOrigin, Reference, Role, SafetySetting
from tests.old_home import contents, copy_home

PRO = "gemini-3-pro-image"

CHOSEN = Settings(
    profile="workshop",
    known_keys=("workshop",),
    key_hosts=(("workshop", "images.example.com"),),
    profiles=(
        Profile(
            name="workshop",
            title="Workshop",
            base_url="https://images.example.com",
            version="v1beta",
            model=PRO,
            prices={PRO: {"1K": 0.05, "2K": 0.09}},
            at_once=2,
            per_minute=30,
        ),
    ),
    at_once=3,
    time_out=90.0,
    outer_limit=1200.0,
    theme="light",
    tile=212,
    captions=False,
    hide_rejected=True,
    sort="rating",
    surround="middle",
    notify=False,
    confirm_above=5.0,
    budget_usd=40.0,
    budget_warned="2026-10 40.0",
    language="en",
    system="Muted colours.",
    update_asked="2026-11-23",
    update_seen="0.1.1",
    models=(("workshop", PRO),),
)

DRAFT = Draft(
    prompt="The lighthouse in {snow|rain}",
    references=(
        Reference(
            sha256="a19c9271231c24da8716d51a5e2dd437065037b0cfe6bad223d9024618140b61",
            media_type="image/png",
            role=Role.EDIT,
            picture="01a228d8-4260-7162-9756-8aca323ef3ad",
            name="The old lighthouse",
            talk=ConversationOrigin(profile="dgrid", model="gemini-nano-banana-2.1", turns=1),
        ),
        Reference(
            sha256="6f1a7336dbcf16a796962ebc004a051f904fc1661bec030ee2246deab31bfe2b",
            media_type="image/png",
            role=Role.PALETTE,
            name="palette.png",
        ),
    ),
    profile="workshop",
    model=PRO,
    aspect="4:3",
    size="2K",
    count=2,
    seed=11,
    continues=False,
    advanced=Advanced(
        system="Muted colours.",
        temperature=0.7,
        thinking="high",
        search=True,
        safety=(SafetySetting("HARM_CATEGORY_HATE_SPEECH", "BLOCK_NONE"),),
    ),
)


async def opened(home: Path) -> Core:
    return await Core.open(paths.find(home), environ={})


async def test_every_choice_is_as_it_was(tmp_path: Path) -> None:
    core = await opened(copy_home(tmp_path / "home"))
    try:
        value = core.settings.value
        every = [field.name for field in fields(Settings)]
        assert {name: getattr(value, name) for name in every} == {
            name: getattr(CHOSEN, name) for name in every
        }
        assert core.settings.trouble is None
        assert core.default_profile == "workshop"
    finally:
        await core.close()


async def test_a_change_leaves_all_else_in_the_file(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    file = home / "config/settings.json"
    before: dict[str, Any] = json.loads(file.read_bytes())
    core = await opened(home)
    core.settings.change(theme="dark")
    await core.close()
    now: dict[str, Any] = json.loads(file.read_bytes())
    assert {name: now[name] for name in before if name not in ("theme", "profiles")} == {
        name: before[name] for name in before if name not in ("theme", "profiles")
    }
    assert now["theme"] == "dark"
    ((profile,), (old,)) = now["profiles"], before["profiles"]
    assert {name: profile[name] for name in old} == old


async def test_what_services_taught_about_their_models_is_known(tmp_path: Path) -> None:
    core = await opened(copy_home(tmp_path / "home"))
    try:
        listed = [model.id for model in core.catalogue.models("dgrid")]
        assert sorted(listed) == [PRO, "gemini-nano-banana-2.1"]
        assert core.catalogue.find("dgrid", "gemini-nano-banana-2.1").pixel_sizes
        assert core.catalogue.default("workshop") == PRO
        own = core.catalogue.find("workshop", PRO).own_prices
        assert dict(own) == {"1K": 0.05, "2K": 0.09}
    finally:
        await core.close()


async def test_the_draft_is_as_it_was_and_its_references_are_there(tmp_path: Path) -> None:
    home = copy_home(tmp_path / "home")
    core = await opened(home)
    try:
        draft = core.draft.load()
        assert draft is not None
        assert asdict(draft) == asdict(DRAFT)
        assert core.draft.trouble is None
        for reference in draft.references:
            assert core.library.input_path(reference).is_file()
    finally:
        await core.close()
    # Saved again it says the same, and nothing else was touched.
    before = contents(home / "state")
    DraftFile(home / "state/draft.json").save(draft)
    now = contents(home / "state")
    assert {name for name in now if now[name] != before[name]} <= {"draft.json"}
    was, saved = json.loads(before["draft.json"]), json.loads(now["draft.json"])
    assert {name: saved[name] for name in was} == was


def test_a_session_that_did_not_end_goes_on(tmp_path: Path) -> None:
    state = copy_home(tmp_path / "home") / "state"
    began: float = json.loads((state / session.NAME).read_bytes())["began"]
    assert session.begin_session(state, began + 1000.0) == began
