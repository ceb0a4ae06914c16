#!/usr/bin/env python3
"""Runs system tests: run.py MODULE[.CLASS[.TEST]]... (all when none is named).

Fails too when a test leaves a process behind. Which programs are tested is said by the environment: HOLDFAST (the
command), HF_BUILD_DEVELOPMENT and HF_BUILD_PRODUCTION (build folders of the board).
"""
import os
import signal
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))


def children():
    """Processes of ours that live, or were not reaped."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return file.read().split()


def load(names):
    loader = unittest.defaultTestLoader
    return loader.loadTestsFromNames(names) if names else loader.discover(HERE, top_level_dir=HERE)


def main():
    sys.path.insert(0, HERE)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ended from outside: emulators and folders go too
    result = unittest.TextTestRunner(verbosity=2).run(load(sys.argv[1:]))
    left = children()
    if left:
        print("FAILED: left running:", *left, file=sys.stderr)
    return 0 if result.wasSuccessful() and result.testsRun > 0 and not left else 1


if __name__ == "__main__":
    sys.exit(main())
