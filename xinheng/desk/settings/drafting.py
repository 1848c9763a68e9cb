"""One definition on its way from draft to published: what every designer page does.

A designer reads `Drafting.content`, changes it as plain data, and hands it to `save`. The draft
itself lives in `definitions`; the steps that `undo` goes back are the person's own, in the session.
"""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

from xinheng.definitions import operations as definitions
from xinheng.definitions import queries
from xinheng.definitions.queries import VersionRow
from xinheng.desk import frame
from xinheng.kernel.problems import Problem

STEPS_KEPT = 20
OPEN = ("draft", "checked")


class Drafting:
    """The draft of one definition, as one person sees it.

    seen: the digest of what the page showed; saving over somebody else's change is refused
    """

    def __init__(self, request: HttpRequest, kind: str, key: str, title: str) -> None:
        self.by, self.kind, self.key, self.title = frame.actor(request), kind, key, title
        self.seen: str | None = request.POST.get("seen")
        self._session = request.session
        self._place = f"undo:{kind}.{key}"
        self.versions = queries.versions(by=self.by, kind=kind, key=key)
        self.draft = self._of(*OPEN)
        self.published = self._of("published")

    def _of(self, *states: str) -> VersionRow | None:
        return next((row for row in self.versions if row.state in states), None)

    def _content(self, row: VersionRow | None) -> dict[str, Any]:
        return queries.content(by=self.by, version_id=row.id) if row else {}

    @property
    def content(self) -> dict[str, Any]:
        """Return what the designer shows: the draft, else what is in force, else nothing."""
        return self._content(self.draft or self.published)

    @property
    def in_force(self) -> dict[str, Any]:
        """Return the content of the version in force."""
        return self._content(self.published)

    @property
    def digest(self) -> str:
        """Return what the page sends back as `seen`."""
        shown = self.draft or self.published
        return shown.digest if shown else ""

    @property
    def steps(self) -> list[Any]:
        """Return the contents that undo goes back to, oldest first; None stands for no draft."""
        found: list[Any] = self._session.get(self._place, [])
        return found

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return everything that keeps the draft from being published."""
        return queries.problems(by=self.by, version_id=self.draft.id) if self.draft else ()

    def save(self, content: Mapping[str, Any]) -> None:
        """Write the draft and remember the step.

        refuses: DraftChanged, DefinitionHasProblems (shape), Forbidden
        """
        before = self.content if self.draft else None
        self._write(content)
        self._session[self._place] = [*self.steps, before][-STEPS_KEPT:]

    def _write(self, content: Mapping[str, Any]) -> None:
        definitions.save_draft(
            by=self.by, kind=self.kind, key=self.key, title=self.title, content=content,
            seen=self.seen,
        )  # fmt: skip

    def undo(self) -> None:
        """Go one step back; before the first step there was no draft."""
        steps = self.steps
        if not steps or self.draft is None:
            return
        if steps[-1] is None:
            definitions.discard(by=self.by, version_id=self.draft.id)
        else:
            self._write(steps[-1])
        self._session[self._place] = steps[:-1]

    def discard(self) -> None:
        """Give the draft up."""
        if self.draft is not None:
            definitions.discard(by=self.by, version_id=self.draft.id)
        self._session.pop(self._place, None)

    def check(self) -> tuple[Problem, ...]:
        """Check the draft; without a problem it may be published."""
        return definitions.check(by=self.by, version_id=self.draft.id) if self.draft else ()

    def publish(self, note: str) -> None:
        """Put the draft in force.

        refuses: DefinitionHasProblems, Forbidden
        """
        if self.draft is not None:
            definitions.publish(by=self.by, version_id=self.draft.id, note=note[:200])
        self._session.pop(self._place, None)
