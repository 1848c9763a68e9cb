"""One finding about something a user wrote: where it is and what is wrong, in both languages.

A refusal stops one act; problems are collected, so that a user mends a whole scorecard or policy
in one go instead of meeting its mistakes one at a time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a user must mend: `path` is a dotted place ("groups.0.factors.2.bins")."""

    path: str
    code: str
    zh: str
    en: str

    def say(self, language: str) -> str:
        """Return the sentence in "zh" or "en", with its place in front."""
        sentence = self.zh if language == "zh" else self.en
        return f"{self.path}: {sentence}" if self.path else sentence

    def at(self, prefix: str) -> "Problem":
        """Return the same finding seen from an enclosing object."""
        path = f"{prefix}.{self.path}" if self.path else prefix
        return Problem(path, self.code, self.zh, self.en)
