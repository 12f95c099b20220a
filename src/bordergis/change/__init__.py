"""What changed between two situations, and how much of it is real: told apart from a change of rule, source, gazetteer or software."""

from bordergis.change.comparing import SituationChange, compare

__all__ = ["SituationChange", "compare"]
