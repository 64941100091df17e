"""What makes pictures: the wire, attempts, arrivals and recovery, put together.

None of it is needed to show a window, so the core imports this room at the first job, the first
test of a key, or when it looks into the journal.
"""

from __future__ import annotations

from collections.abc import Callable

from studio.arrivals import Arrivals
from studio.attempts import Attempts, FindKey
from studio.conversations import Conversations
from studio.events import Events
from studio.jobs import JobQueue
from studio.journal import Journal
from studio.lanes import Lane
from studio.library.library import Library
from studio.models import Lesson
from studio.patience import wait_until_late
from studio.pictures import Decoder
from studio.providers.base import Provider
from studio.providers.catalogue import Catalogue
from studio.providers.gemini import Gemini
from studio.providers.transport import Client
from studio.recovery import Recovery
from studio.salvage import Salvage
from studio.settings import Profile, SettingsStore


class Making:
    """One wire for all attempts.

    Attributes:
        client: the HTTP client behind every provider.
        attempts: makes one attempt.
        recovery: brings in what an earlier start left.
        salvage: reads what came of a cut answer.
    """

    def __init__(
        self,
        *,
        library: Library,
        journal: Journal,
        queue: JobQueue,
        decoder: Decoder,
        catalogue: Catalogue,
        settings: SettingsStore,
        find_profile: Callable[[str], Profile],
        find_key: FindKey,
        decoding: Lane,
        journalling: Lane,
        keep_models: Callable[[], None],
        events: Events,
    ) -> None:
        self._catalogue = catalogue
        self._find_profile = find_profile
        self._keep_models = keep_models
        self.client = Client()
        conversations = Conversations(library=library, journal=journal, lane=decoding)
        arrivals = Arrivals(
            library=library,
            decoder=decoder,
            decoding=decoding,
            find_model=catalogue.find,
            settings=settings,
            fetch=self.client.fetch,
            conversations=conversations,
        )
        self.attempts = Attempts(
            journal=journal,
            library=library,
            find_key=find_key,
            client=self.client,
            decoder=decoder,
            find_provider=self.provider,
            arrivals=arrivals,
            conversations=conversations,
            decoding=decoding,
            journalling=journalling,
            limit=lambda: settings.value.outer_limit,
            wait_until_late=lambda request: wait_until_late(
                request, library.usual_seconds, settings.value.time_out
            ),
        )
        self.salvage = Salvage(
            journal=journal, journalling=journalling, attempts=self.attempts, queue=queue
        )
        self.recovery = Recovery(
            journal=journal,
            journalling=journalling,
            library=library,
            attempts=self.attempts,
            queue=queue,
            events=events,
        )

    def provider(self, name: str, /) -> Provider:
        """The provider of a profile. Raises InputError for an unknown one."""
        return Gemini(
            self._find_profile(name),
            lambda model: self._catalogue.find(name, model),
            lambda lesson: self._learn(name, lesson),
        )

    def _learn(self, name: str, lesson: Lesson) -> None:
        self._catalogue.take(name, lesson)
        self._keep_models()
