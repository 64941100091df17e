"""Distribution of test files over processes that survives the loss of one of them.

pytest-xdist puts everything a lost process was ever given back into its queue: the test that killed
it, which then kills the next one, and files that are finished. A process that is given a finished
file has nothing to report and is never given another one, so the run waits for ever.

It also starts with the files that have the most tests. The long ones have few: one of them at the
end keeps one process busy while the others have nothing left to do.
"""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

USUAL = 0.05
"""Seconds of a test that is not in a long file, and of no folder below."""

OF_FOLDER = {
    "tests/cli": 0.3,
    "tests/generation": 0.15,
    "tests/ui/app": 0.25,
    "tests/ui/controllers": 0.8,
    "tests/ui/dialogs": 0.3,
    "tests/ui/panels/composer": 0.12,
    "tests/ui/window": 0.55,
}
"""Seconds of a test in these folders, whose tests open a window, run jobs or start programs."""

LONG: dict[str, float] = {
    "tests/app/test_exiftool.py": 4.0,
    "tests/app/test_export_colours.py": 6.0,
    "tests/app/test_handoff_page_in_browser.py": 10.0,
    "tests/cli/test_cli_advanced.py": 13.0,
    "tests/cli/test_cli_choosing.py": 9.0,
    "tests/cli/test_cli_copies.py": 8.0,
    "tests/cli/test_cli_export.py": 13.0,
    "tests/cli/test_cli_generate.py": 8.0,
    "tests/cli/test_cli_library.py": 14.0,
    "tests/cli/test_cli_marks.py": 45.0,
    "tests/cli/test_cli_organise.py": 7.0,
    "tests/cli/test_cli_refused.py": 10.0,
    "tests/cli/test_cli_remote_client.py": 20.0,
    "tests/cli/test_cli_second_place.py": 9.0,
    "tests/cli/test_cli_service.py": 11.0,
    "tests/cli/test_cli_sheet.py": 10.0,
    "tests/cli/test_cli_streams.py": 12.0,
    "tests/cli/test_cli_user_input.py": 25.0,
    "tests/cli/test_others_on_this_machine.py": 20.0,
    "tests/config/test_keyring_desktop.py": 10.0,
    "tests/e2e/test_changed_keys.py": 10.0,
    "tests/e2e/test_choosing.py": 60.0,
    "tests/e2e/test_coming_back.py": 9.0,
    "tests/e2e/test_copying_out.py": 22.0,
    "tests/e2e/test_dragging_out.py": 9.0,
    "tests/e2e/test_drop_targets.py": 20.0,
    "tests/e2e/test_dropping_in.py": 16.0,
    "tests/e2e/test_exchanging.py": 8.0,
    "tests/e2e/test_exporting.py": 13.0,
    "tests/e2e/test_few_keys.py": 20.0,
    "tests/e2e/test_first_start.py": 9.0,
    "tests/e2e/test_forked.py": 6.0,
    "tests/e2e/test_generating.py": 9.0,
    "tests/e2e/test_gimp.py": 40.0,
    "tests/e2e/test_handouts.py": 40.0,
    "tests/e2e/test_heard_window.py": 6.0,
    "tests/e2e/test_japanese_input.py": 7.0,
    "tests/e2e/test_keeping_order.py": 27.0,
    "tests/e2e/test_keyboard.py": 9.0,
    "tests/e2e/test_keyboard_layouts.py": 15.0,
    "tests/e2e/test_keyring_window.py": 9.0,
    "tests/e2e/test_leaving.py": 10.0,
    "tests/e2e/test_marking.py": 12.0,
    "tests/e2e/test_monitor_profile.py": 33.0,
    "tests/e2e/test_only_here.py": 8.0,
    "tests/e2e/test_orca.py": 60.0,
    "tests/e2e/test_pointing.py": 50.0,
    "tests/e2e/test_reframing.py": 20.0,
    "tests/e2e/test_saving.py": 8.0,
    "tests/e2e/test_speech.py": 90.0,
    "tests/e2e/test_theme_switch.py": 20.0,
    "tests/generation/test_composed_answers.py": 10.0,
    "tests/generation/test_decoder_death.py": 16.0,
    "tests/generation/test_full_disk.py": 8.0,
    "tests/generation/test_guides_sent.py": 12.0,
    "tests/generation/test_kept_answers.py": 6.0,
    "tests/generation/test_read_again.py": 32.0,
    "tests/generation/test_timeouts.py": 20.0,
    "tests/imaging/test_align.py": 6.0,
    "tests/imaging/test_comparer.py": 6.0,
    "tests/imaging/test_compose.py": 14.0,
    "tests/imaging/test_marks_left.py": 14.0,
    "tests/imaging/test_seam_preview.py": 10.0,
    "tests/packaging/conftest.py": 25.0,
    "tests/peers/test_official_chat.py": 9.0,
    "tests/peers/test_official_client.py": 11.0,
    "tests/providers/test_gateway_faults.py": 55.0,
    "tests/providers/test_refused_fields.py": 7.0,
    "tests/source_files.py": 52.0,
    "tests/test_canary.py": 6.0,
    "tests/test_contracts.py": 7.0,
    "tests/test_reports.py": 14.0,
    "tests/torture/test_killing.py": 24.0,
    "tests/torture/test_short.py": 20.0,
    "tests/ui/controllers/test_compare.py": 12.0,
    "tests/ui/controllers/test_draft_killed.py": 10.0,
    "tests/ui/controllers/test_every_action.py": 14.0,
    "tests/ui/controllers/test_every_menu.py": 40.0,
    "tests/ui/controllers/test_mark.py": 20.0,
    "tests/ui/controllers/test_pick.py": 20.0,
    "tests/ui/controllers/test_tree.py": 20.0,
    "tests/ui/panels/composer/test_what_is_sent.py": 16.0,
    "tests/ui/style/test_system_fonts.py": 19.0,
    "tests/ui/style/test_theme_switch.py": 22.0,
    "tests/ui/support/test_drop_area.py": 7.0,
    "tests/ui/test_plain_words.py": 10.0,
    "tests/ui/window/test_accessible_tree.py": 20.0,
    "tests/ui/window/test_after_a_run.py": 9.0,
    "tests/ui/window/test_dismissing.py": 13.0,
    "tests/ui/window/test_large_text.py": 25.0,
    "tests/ui/window/test_main_window.py": 18.0,
    "tests/ui/window/test_mirror_image.py": 25.0,
}
"""Seconds of the files that take longest, as once measured on two cores: it is for their order."""


SOURCE_FILES = "tests/source_files.py"
READ_SOURCES = frozenset(
    (
        "tests/cli/test_terminal.py",
        "tests/common/test_formats.py",
        "tests/common/test_i18n.py",
        "tests/common/test_json_reader.py",
        "tests/common/test_plurals.py",
        "tests/common/test_user_input.py",
        "tests/common/test_words.py",
        "tests/generation/test_kept_answers.py",
        "tests/generation/test_money_texts.py",
        "tests/test_doors.py",
        "tests/test_import_graph.py",
        "tests/test_library_internals.py",
        "tests/test_names.py",
        "tests/test_patterns.py",
        "tests/test_recorded_changes.py",
        "tests/test_replaced_values.py",
        "tests/test_screen_colours.py",
        "tests/test_writing.py",
        "tests/ui/support/test_screens.py",
        "tests/ui/test_plain_words.py",
    )
)
"""Files that read the whole program: one process has them all, and parses it once."""

ENVIRONMENT = "tests/packaging/conftest.py"
USE_ENVIRONMENT = frozenset(("tests/packaging/test_backend.py", "tests/packaging/test_locked.py"))
"""Files that install into an environment with nothing but pip: it is made once."""

_UNITS = {
    **dict.fromkeys(READ_SOURCES, SOURCE_FILES),
    **dict.fromkeys(USE_ENVIRONMENT, ENVIRONMENT),
}


def unit(file: str) -> str:
    """What a file is given out with: itself, or what it shares with others."""
    return _UNITS.get(file, file)


def length(file: str, tests: int) -> float:
    """Seconds a file, or what is given out as one, is likely to take."""
    return LONG.get(file, tests * OF_FOLDER.get(file.rpartition("/")[0], USUAL))


class FileScheduling(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """One file at a time to each process; the rest of a lost process's files to the others."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid.partition("::")[0])

    def _assign_work_unit(self, node: WorkerController) -> None:
        """Give a process the longest file that is left."""
        longest = max(self.workqueue, key=lambda file: length(file, len(self.workqueue[file])))
        self.workqueue.move_to_end(longest, last=False)
        super()._assign_work_unit(node)

    def remove_node(self, node: WorkerController) -> str | None:
        """Forget a process; the test it was lost in, or None when it had nothing left to do."""
        workload: dict[str, dict[str, bool]] = self.assigned_work.pop(node)
        lost_in = next(
            (
                (unit, test)
                for unit in workload.values()
                for test, completed in unit.items()
                if not completed
            ),
            None,
        )
        if lost_in is None:
            return None
        unit, test = lost_in
        unit[test] = True
        left = {scope: unit for scope, unit in workload.items() if not all(unit.values())}
        self.workqueue.update(left)
        for other in self.assigned_work:
            self._reschedule(other)
        return test
