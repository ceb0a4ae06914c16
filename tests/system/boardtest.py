"""What all test classes share: a workshop of their own with keys in it, and cases that say which one failed."""
import contextlib
import unittest

from workshop import Workshop


class BoardTest(unittest.TestCase):
    lms_height = 5
    development_keys = True
    keys = ("root", "firmware")

    @classmethod
    def setUpClass(cls):
        cls.workshop = Workshop(cls.lms_height)
        cls.addClassCleanup(cls.workshop.close)
        for key in cls.keys:
            cls.workshop.key(key, cls.development_keys)

    @contextlib.contextmanager
    def case(self, what):
        """One of many alike. Unlike subTest(), the first failure ends the test: each may have cost a whole time-out."""
        try:
            yield
        except AssertionError as error:
            raise AssertionError(f"[{what}] {error}") from error
