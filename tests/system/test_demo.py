"""The story that `make demo` tells, from key to rollback, ends with every promise kept."""
import os
import subprocess
import tempfile
import unittest

from workshop import DEVELOPMENT, HOLDFAST, ROOT

SECONDS = 200


class Demo(unittest.TestCase):
    def test_the_demo_ends_with_its_table_and_all_promises_kept(self):
        with tempfile.TemporaryDirectory(prefix="holdfast-demo-") as folder:
            done = subprocess.run([os.path.join(ROOT, "tests/demo.sh"), HOLDFAST, DEVELOPMENT, os.path.join(folder, "demo")],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  cwd=folder, timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout)
        table = done.stdout.split("== What was promised, and what was seen\n")[1].strip().split("\n")
        rows, verdict = table[:-2], table[-1]
        self.assertGreaterEqual(len(rows), 6)
        for row in rows:
            self.assertTrue(row.endswith(" kept"), row)
        self.assertTrue(verdict.startswith(f"All {len(rows)} promises kept."), verdict)


if __name__ == "__main__":
    unittest.main()
