"""`gridbrush library csv`: table of all facts of the pictures that a search finds."""

from __future__ import annotations

from typing import Any

from studio.app import spreadsheet, spreadsheet_file
from studio.app.core import Core
from studio.cli.organise import typed
from studio.cli.output import print_result
from studio.cli.stderr import complain
from studio.common import i18n
from studio.common.i18n import ngettext
from studio.common.paths import of_user
from studio.library.query import Query


async def write_csv(core: Core, options: Any) -> int:
    """Write the table to a new file, or print it for "-". Raises InputError, StorageError."""
    found = await core.library.rows(Query(words=typed(options.words)))
    if options.out == "-":
        names = {one.id: one.name for one in await core.library.collections.every()}
        print_result(spreadsheet.header())
        async for pictures in spreadsheet_file.portions(core.library, found):
            for row in spreadsheet.rows(pictures, names):
                print_result(row)
        return 0
    target = of_user(options.out).absolute()
    n = await spreadsheet_file.write(core.library, found, target)
    print_result(str(target))
    complain(ngettext("{n} picture", "{n} pictures", n).format(n=i18n.number(n)))
    return 0
