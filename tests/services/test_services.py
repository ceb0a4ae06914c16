"""Programs of the non-secure world that use the services as a product does, and judge the answers themselves."""
import glob
import os
import re
import unittest

from boardtest import BoardTest
from workshop import DEVELOPMENT, ROOT

PROGRAMS = ("tour", "updater", "crasher")


def text_of(*paths):
    texts = []
    for path in paths:
        with open(path, encoding="utf-8") as file:
            texts.append(file.read())
    return "".join(texts)


class Services(BoardTest):
    def run_program(self, program, timeout=120):
        loader = self.workshop.loader()
        firmware = self.workshop.firmware(program=os.path.join(DEVELOPMENT, f"tests/services/services_{program}.elf"))
        device = self.workshop.device(loader, firmware, name=program)
        console = device.console(("services: kept", "services: NOT KEPT"), timeout=timeout)
        self.assertIn("services: kept", console)
        self.assertNotIn("NOT KEPT", console)
        self.assertEqual(console.count("loader: starts"), 1, console)
        return device, console

    def test_several_tasks_at_once_each_get_their_own_answers(self):
        self.run_program("tasks")

    def test_every_service_keeps_its_promises_across_a_restart(self):
        device, _ = self.run_program("tour")
        self.assertIn("services: kept", device.console(("services: kept", "services: NOT KEPT"), timeout=60))

    def test_every_function_of_the_headers_is_called_by_a_program(self):
        headers = text_of(*glob.glob(os.path.join(ROOT, "secure/include/**/*.h"), recursive=True))
        programs = text_of(*(os.path.join(ROOT, f"tests/services/{name}.c") for name in PROGRAMS))
        functions = set(re.findall(r"^psa_status_t (\w+)\(", headers, re.MULTILINE))
        self.assertGreater(len(functions), 30)
        self.assertEqual([name for name in sorted(functions) if not re.search(rf"\b{name}\(", programs)], [])


if __name__ == "__main__":
    unittest.main()
