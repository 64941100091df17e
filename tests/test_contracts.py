"""The arrows between packages: every import contract of pyproject.toml bites.

The imports of the whole program are read once. Each case adds one import that must not be, and the
contract must call it broken.
"""

from __future__ import annotations

import ast
import copy
import importlib.util
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import grimp
import pytest
from importlinter.api import read_configuration
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import Contract, ContractCheck

from tests.source_files import nodes, parsed, texts_with

PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
LINTER = read_configuration(str(PROJECT))
SESSION: dict[str, Any] = LINTER["session_options"]
CONTRACTS: dict[str, dict[str, Any]] = {one["name"]: one for one in LINTER["contracts_options"]}
KINDS: dict[str, type[Contract]] = {
    "forbidden": ForbiddenContract,
    "layers": LayersContract,
    "protected": ProtectedContract,
}
LINUX_ONLY = {"jeepney", "secretstorage"}

# What each contract promises, written down once more: an arrow that is taken out of pyproject.toml
# is missed here. Contract, importer, what it must not import.
FORBIDDEN = [
    ("Qt stays in the window", "app.core", "PySide6"),
    ("Qt stays in the window", "cli.run", "shiboken6"),
    ("Qt stays in the window", "generation.queue", "qasync"),
    ("Only the transport speaks HTTP", "providers.sketch.painter", "httpx"),
    ("Only the transport speaks HTTP", "providers.gemini.request", "httpcore"),
    ("Only the transport speaks HTTP", "ui.panels.composer.composer", "h11"),
    ("Only the system vault opens the keyring", "app.core", "keyring"),
    ("Only the system vault opens the keyring", "config.key_status", "secretstorage"),
    ("Only the system vault opens the keyring", "ui.app.application", "jeepney"),
    ("Only the index speaks SQL", "library.log.records", "apsw"),
    ("Only the index speaks SQL", "library.index.index", "sqlite3"),
    ("Only decoding and the painter use Pillow", "generation.queue", "PIL"),
    ("Only decoding and the painter use Pillow", "ui.style.theme", "PIL"),
    ("Only decoding and the painter use Pillow", "imaging.decoder", "PIL"),
    ("Only the decoding process decodes", "imaging.decoder", "studio.imaging.decode_jobs"),
    ("Only the decoding process decodes", "imaging.decoder", "studio.imaging.worker"),
    ("Only the decoding process decodes", "imaging.comparer", "studio.imaging.decode_jobs"),
    ("Only the comparing process compares", "imaging.comparer", "studio.imaging.align"),
    ("Only the comparing process compares", "imaging.comparer", "studio.imaging.compare"),
    ("Only the comparing process compares", "imaging.comparer", "studio.imaging.compare_jobs"),
    ("Only the comparing process compares", "imaging.decode_jobs", "studio.imaging.align"),
    ("Only the comparing process compares", "app.drift", "studio.imaging.compare_worker"),
    ("Only the exporting process exports", "imaging.exporter", "studio.imaging.export_jobs"),
    ("Only the exporting process exports", "imaging.comparer", "studio.imaging.export_worker"),
    ("Only the exporting process exports", "app.export.runner", "studio.imaging.export_jobs"),
    ("Qt stays in the window", "imaging.sheet_drawer", "PySide6"),
    (
        "Only the drawing process draws contact sheets",
        "imaging.sheet_drawer",
        "studio.imaging.sheet_jobs",
    ),
    ("Only the drawing process draws contact sheets", "cli.run", "studio.imaging.sheet_worker"),
    ("Only the start opens the window", "cli.run", "studio.ui.style.theme"),
    ("Only the start opens the window", "app.core", "studio.ui.support.tasks"),
    (
        "The window never sees a provider or the index",
        "ui.panels.composer.composer",
        "studio.providers.base",
    ),
    (
        "The window never sees a provider or the index",
        "ui.views.gallery.view",
        "studio.library.index.index",
    ),
    ("The library never sees a provider", "library.log.records", "studio.providers.transport"),
    ("The library never sees a provider", "common.files", "studio.providers.transport"),
    ("Only providers know a wire", "generation.queue", "studio.providers.gemini.scan"),
    ("Only providers know a wire", "cli.models", "studio.providers.sketch"),
    (
        "A provider never sees queue, journal, library or keyring",
        "providers.transport",
        "studio.generation.journal",
    ),
    (
        "A provider never sees queue, journal, library or keyring",
        "providers.sketch.painter",
        "studio.config.credentials",
    ),
    ("Packages import downward", "domain.runs", "studio.generation.queue"),
    ("Packages import downward", "domain.budget", "studio.library.query"),
    ("Packages import downward", "library.operations.restore", "studio.app.instance"),
    ("Packages import downward", "config.settings", "studio.imaging.decoder"),
    ("The library imports downward", "library.operations.trash", "studio.library.facade"),
    ("The library imports downward", "library.store", "studio.library.operations.trash"),
    ("The library imports downward", "library.index.index", "studio.library.store"),
    ("The library imports downward", "library.log.records", "studio.library.index.index"),
    ("The library imports downward", "library.files.originals", "studio.library.log.records"),
    ("The library imports downward", "library.metadata.xmp", "studio.library.query"),
    ("Fronts over core over jobs over the rest", "common.files", "studio.generation.journal"),
    ("Fronts over core over jobs over the rest", "cli.run", "studio.ui.style.theme"),
    (
        "Panels never import each other",
        "ui.panels.composer.composer",
        "studio.ui.panels.inspector.inspector",
    ),
    ("Panels never import each other", "ui.style.theme", "studio.ui.views.gallery.view"),
    (
        "The packages of the window import downward",
        "ui.views.welcome",
        "studio.ui.panels.key_card",
    ),
    (
        "The packages of the window import downward",
        "ui.panels.inspector",
        "studio.ui.views.canvas.canvas",
    ),
    (
        "The packages of the window import downward",
        "ui.widgets.buttons",
        "studio.ui.panels.composer",
    ),
    (
        "The packages of the window import downward",
        "ui.support.tasks",
        "studio.ui.widgets.buttons",
    ),
    (
        "The packages of the window import downward",
        "ui.style.theme",
        "studio.ui.support.tasks",
    ),
    (
        "The packages of the window import downward",
        "ui.window.main_window",
        "studio.ui.controllers.jobs",
    ),
    ("The packages of the window import downward", "ui.dialogs.quit", "studio.ui.controllers.jobs"),
    ("The packages of the window import downward", "ui.controllers.jobs", "studio.ui.app"),
    ("The packages of the window import downward", "ui.views.loupe", "studio.ui.window.layout"),
    (
        "Only the start knows the window itself",
        "ui.controllers.jobs",
        "studio.ui.window.main_window",
    ),
    ("Only the start knows the window itself", "ui.dialogs.quit", "studio.ui.window.main_window"),
    ("Views never import each other", "ui.views.loupe", "studio.ui.views.gallery.view"),
    ("Views never import each other", "ui.views.canvas", "studio.ui.views.loupe"),
    ("Panels stand beside each other", "ui.panels.composer", "studio.ui.panels.key_card"),
    (
        "Panels stand beside each other",
        "ui.panels.search_hints",
        "studio.ui.panels.search_completer",
    ),
    (
        "Widgets and style know nothing of the product",
        "ui.widgets.buttons",
        "studio.domain.entities",
    ),
    ("Widgets and style know nothing of the product", "ui.widgets.buttons", "studio.app.core"),
    ("Widgets and style know nothing of the product", "ui.style.theme", "studio.config"),
    (
        "Values, errors and events rest on the standard library",
        "common.display_text",
        "studio.common.i18n",
    ),
    ("Values, errors and events rest on the standard library", "domain.entities", "msgspec"),
    (
        "Values, errors and events rest on the standard library",
        "common.errors",
        "studio.common.i18n",
    ),
    (
        "Values, errors and events rest on the standard library",
        "domain.events",
        "studio.domain.runs",
    ),
]


@pytest.fixture(scope="module", name="program")
def _program() -> grimp.ImportGraph:
    """Every import of the program, those in functions and for types among them."""
    return grimp.build_graph(
        *SESSION["root_packages"],
        include_external_packages=SESSION["include_external_packages"] == "True",
        exclude_type_checking_imports=SESSION["exclude_type_checking_imports"] == "True",
        cache_dir=None,
    )


def checked(contract: dict[str, Any], graph: grimp.ImportGraph) -> ContractCheck:
    """What the linter finds in a copy of the graph; it raises for a name that matches nothing."""
    made = KINDS[contract["type"]](contract["name"], SESSION, contract)
    return made.check(copy.deepcopy(graph), verbose=False)


def is_kept(contract: dict[str, Any], graph: grimp.ImportGraph) -> bool:
    """Whether the linter finds nothing wrong."""
    return checked(contract, graph).kept


def with_imports(graph: grimp.ImportGraph, pairs: Iterable[tuple[str, str]]) -> grimp.ImportGraph:
    """The program with some imports more, each of an importer and what it imports."""
    changed = copy.deepcopy(graph)
    for importer, imported in pairs:
        assert importer in graph.modules
        if not imported.startswith("studio"):
            changed.add_module(imported, is_squashed=True)
        assert imported in changed.modules
        changed.add_import(
            importer=importer, imported=imported, line_number=1, line_contents=f"import {imported}"
        )
    return changed


def names_in(contract: dict[str, Any]) -> Iterator[str]:
    """Every module a contract names, in full."""
    for key in ("source_modules", "forbidden_modules", "protected_modules", "allowed_importers"):
        yield from contract.get(key, ())
    for exception in contract.get("ignore_imports", ()):
        yield from exception.split(" -> ")
    containers = contract.get("containers", [])
    yield from containers
    inside = [*contract.get("exhaustive_ignores", ())]
    for layer in contract.get("layers", ()):
        inside += re.split(r" *[|:] *", layer)
    for name in inside:
        yield from (f"{container}.{name}" for container in containers) if containers else (name,)


def layer_pairs(contract: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Importer and imported for every two layers, the wrong way round."""
    prefix = f"{contract['containers'][0]}." if "containers" in contract else ""
    above: list[str] = []
    for layer in contract["layers"]:
        siblings = [prefix + name for name in re.split(r" *[|:] *", layer)]
        for one in siblings:
            yield from ((one, upper) for upper in above)
            if "|" in layer:
                yield from ((one, other) for other in siblings if other != one)
        above += siblings


def test_the_program_breaks_no_contract(program: grimp.ImportGraph) -> None:
    assert [name for name, one in CONTRACTS.items() if not is_kept(one, program)] == []


@pytest.mark.parametrize(("contract", "importer", "imported"), FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(
    program: grimp.ImportGraph, contract: str, importer: str, imported: str
) -> None:
    changed = with_imports(program, [(f"studio.{importer}", imported)])
    assert not is_kept(CONTRACTS[contract], changed)


@pytest.mark.parametrize("name", [one for one in CONTRACTS if CONTRACTS[one]["type"] == "layers"])
def test_an_import_up_any_two_layers_breaks_the_contract(
    program: grimp.ImportGraph, name: str
) -> None:
    pairs = set(layer_pairs(CONTRACTS[name]))
    # All at once: the linter names every two layers between which there is an import.
    found = checked(CONTRACTS[name], with_imports(program, pairs))
    broken = {
        (one["importer"], one["imported"])
        for one in found.metadata["invalid_dependencies"]
        # The added import alone, not a way round over others.
        if any(len(route["chain"]) == 1 for route in one["routes"])
    }
    assert pairs - broken == set()


@pytest.mark.parametrize("name", CONTRACTS)
def test_every_module_a_contract_names_exists(program: grimp.ImportGraph, name: str) -> None:
    missing = []
    for one in names_in(CONTRACTS[name]):
        if one.partition(".")[0] in SESSION["root_packages"]:
            found = bool(program.find_matching_modules(one))
        elif one in LINUX_ONLY and sys.platform != "linux":
            found = True
        else:
            found = importlib.util.find_spec(one) is not None
        if not found:
            missing.append(one)
    assert missing == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_exception_that_matches_nothing_fails(program: grimp.ImportGraph, name: str) -> None:
    contract = dict(CONTRACTS[name])
    contract["ignore_imports"] = [
        *contract.get("ignore_imports", ()),
        "studio.common.errors -> studio.cli",
    ]
    with pytest.raises(Exception, match="No matches for ignored import"):
        is_kept(contract, program)


def test_packages_import_downward_without_exception() -> None:
    assert not CONTRACTS["Packages import downward"].get("ignore_imports")


def test_imports_in_functions_and_for_types_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "small_package"
    package.mkdir()
    for name, text in {
        "__init__": "",
        "below": "",
        "in_function": "def later():\n    import small_package.below\n",
        "for_types": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from small_package import below\n",
    }.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    graph = grimp.build_graph(
        "small_package",
        exclude_type_checking_imports=SESSION["exclude_type_checking_imports"] == "True",
        cache_dir=None,
    )
    assert graph.find_modules_that_directly_import("small_package.below") == {
        "small_package.in_function",
        "small_package.for_types",
    }


def test_every_wire_is_hidden_by_its_contract() -> None:
    """Each folder of the providers is a wire; nobody names one in words either."""
    house = PROJECT.parent / "studio"
    wires = {path.parent.name for path in (house / "providers").glob("*/__init__.py")}
    assert wires >= {"gemini", "sketch"}
    contract = CONTRACTS["Only providers know a wire"]
    assert set(contract["protected_modules"]) == {f"studio.providers.{wire}" for wire in wires}
    named_by = {
        name
        for name, source in texts_with("providers.")
        if not name.startswith("providers/")
        for node in nodes(parsed(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if re.fullmatch(rf"(studio)?\.?providers\.({'|'.join(wires)})(\.[\w.]+)?", node.value)
    }
    assert named_by == set()


def test_every_contract_is_shown_to_bite() -> None:
    assert set(CONTRACTS) == {name for name, _, _ in FORBIDDEN}
