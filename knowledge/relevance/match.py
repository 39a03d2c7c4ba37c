"""One FAQ entry that a question resembles, and how it meets what is asked."""

from dataclasses import dataclass

from knowledge.entries import Aspect, FaqEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One FAQ entry a question resembles."""

    entry: FaqEntry
    score: float
    """Score of the matcher with the category counted in; about 1 for a certain match."""
    probability: float
    """How likely this entry is the right one (calibrated; 0 to 1)."""
    phrase: str
    """The known phrasing of this entry nearest to the question."""
    similarity: float
    """Kernel value of that phrasing (0 to 1)."""
    opposite: bool = False
    """True where this entry says the contrary of what is asked: it may be offered, never answered."""
    lacks: tuple[Aspect, ...] = ()
    """What is asked and this entry does not state."""
    says: tuple[Aspect, ...] = ()
    """What this entry is about, to be named where it does not say what is asked."""
    off: str = ""
    """Why it may be offered and not answered: `aspect` (nothing asked is stated), `step` (another step), or ''."""

    @property
    def entry_id(self) -> str:
        """Id of the entry."""
        return self.entry.id

    @property
    def fits(self) -> bool:
        """True where it says what is asked, in part at least."""
        return not self.opposite and not self.off
