#!/usr/bin/env python3
"""Runs the tests of this folder with the workshop of tests/system: run.py MODULE[.CLASS[.TEST]]..."""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(os.path.dirname(HERE), "system")]

import run  # noqa: E402  (tests/system/run.py)

if __name__ == "__main__":
    sys.exit(run.main())
