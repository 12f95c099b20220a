"""What the word beside a published number says of the true one."""

__all__ = ["ABOUT", "ABOVE", "AS_IT_STANDS", "BELOW", "NEARLY"]

AS_IT_STANDS = ("exact", "claimed")
ABOVE = ("more than", "at least", "over")
"""The true number may be higher than the published one."""

NEARLY = ("nearly",)
BELOW = (*NEARLY, "less than", "at most", "up to")
"""It may be lower."""

ABOUT = ("about", "close to", "preliminary")
"""It may be either."""
