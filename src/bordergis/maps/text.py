"""The words moved: every word that a reader sees lives in ``bordergis/words/{en,km,th}.toml``, one table a language.

Add a key to all three tables (the same key, the same ``{blanks}``); tests/test_words.py holds them together. In Python take them with
``from bordergis.words import say, words_for``. This module goes away when nobody imports it.
"""

from bordergis.words import say, words_for

__all__ = ["say", "words_for"]
