"""Generation pipeline: assembly of HTTP client, attempts, ingest and recovery.

Showing a window needs none of it, so the core imports this module for the first job, the first test
of a key, or the recovery of the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.common.errors import InputError
from studio.common.serial_executor import SerialExecutor
from studio.config.settings import OFFLINE, USUAL_WIRE, Profile, SettingsStore
from studio.domain.events import EventBus
from studio.domain.models import ServiceObservation
from studio.generation.answer_composer import AnswerComposer
from studio.generation.attempt import AttemptRunner, FindKey
from studio.generation.conversations import ConversationStore
from studio.generation.fallback_store import FallbackStore
from studio.generation.ingest import AnswerIngester
from studio.generation.journal import Journal
from studio.generation.leftover_marks import MarkChecker
from studio.generation.queue import JobQueue
from studio.generation.recovery import Recovery
from studio.generation.salvage import Salvage
from studio.generation.timeouts import wait_until_late
from studio.imaging.comparer import Comparer
from studio.imaging.decoder import Decoder
from studio.library.facade import Library
from studio.providers.base import Provider
from studio.providers.catalogue import Catalogue
from studio.providers.registry import provider_of
from studio.providers.transport import HttpClient

if TYPE_CHECKING:
    from studio.providers.http_routes import Painter


class GenerationPipeline:
    """The long-lived objects behind all attempts.

    Attributes:
        client: HTTP client of every provider.
        attempts: runs attempts.
        composer: makes pictures from others, without a model.
        recovery: finishes attempts of an earlier process.
        salvage: reads the received part of truncated answers.
    """

    def __init__(
        self,
        *,
        library: Library,
        journal: Journal,
        queue: JobQueue,
        decoder: Decoder,
        comparer: Callable[[], Comparer],
        catalogue: Catalogue,
        settings: SettingsStore,
        find_profile: Callable[[str], Profile],
        find_key: FindKey,
        decoding: SerialExecutor,
        journalling: SerialExecutor,
        keep_models: Callable[[], None],
        spare: FallbackStore,
        events: EventBus,
        painter: Painter | None,
    ) -> None:
        """`painter` replaces the built-in one."""
        self._catalogue = catalogue
        self._find_profile = find_profile
        self._keep_models = keep_models
        self.client = HttpClient(painter, executor=decoding)
        self.composer = AnswerComposer(
            library=library,
            decoder=decoder,
            comparer=comparer,
            executor=decoding,
            find_model=catalogue.find,
        )
        conversations = ConversationStore(library=library, journal=journal, executor=decoding)
        arrivals = AnswerIngester(
            library=library,
            decoder=decoder,
            decoding=decoding,
            find_model=catalogue.find,
            settings=settings,
            fetch=self.client.fetch,
            conversations=conversations,
            composer=self.composer,
            marks=MarkChecker(library, comparer),
        )
        self.attempts = AttemptRunner(
            journal=journal,
            library=library,
            find_key=find_key,
            client=self.client,
            decoder=decoder,
            find_provider=self.provider,
            find_reader=self.reader,
            arrivals=arrivals,
            conversations=conversations,
            decoding=decoding,
            journalling=journalling,
            spare=spare,
            limit=lambda: settings.value.outer_limit,
            wait_until_late=lambda request: wait_until_late(
                request, library.usual_seconds, settings.value.time_out
            ),
        )
        self.salvage = Salvage(
            journal=journal,
            journalling=journalling,
            attempts=self.attempts,
            queue=queue,
            library=library.folder,
        )
        self.recovery = Recovery(
            journal=journal,
            journalling=journalling,
            library=library,
            attempts=self.attempts,
            queue=queue,
            spare=spare,
            events=events,
        )

    def provider(self, name: str, /) -> Provider:
        """The provider of a profile. Raises InputError for an unknown profile or wire."""
        return self._speaking(name, self._find_profile(name))

    def reader(self, name: str, wire: str, /) -> Provider:
        """Reader for answers of a profile (possibly deleted) in a wire format.

        An empty `wire` is that of the profile. Raises InputError for an unknown one.
        """
        try:
            profile = self._find_profile(name)
        except InputError:
            name, profile = OFFLINE, self._find_profile(OFFLINE)
            wire = wire or USUAL_WIRE
        return self._speaking(name, replace(profile, wire=wire) if wire else profile)

    def _speaking(self, name: str, profile: Profile) -> Provider:
        return provider_of(
            profile,
            lambda model: self._catalogue.find(name, model),
            lambda lesson: self._learn(name, lesson),
        )

    def _learn(self, name: str, lesson: ServiceObservation) -> None:
        self._catalogue.add_observation(name, lesson)
        self._keep_models()
