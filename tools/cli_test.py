#!/usr/bin/env python3
"""The holdfast command as its users meet it: every good path, and every bad input.

HOLDFAST names the command. Emulator tests use a stand-in for qemu-system-arm (a script on PATH), so that they are
exact about what it does; those marked real need the emulator and BOARD_BUILD, a build of board an524.
"""
import hashlib
import json
import os
import pathlib
import pty
import shutil
import signal
import stat
import struct
import subprocess
import sys
import tempfile
import termios
import textwrap
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
HOLDFAST = os.environ.get("HOLDFAST", str(HERE.parent / "build/host/tools/holdfast"))
BOARD_BUILD = pathlib.Path(os.environ.get("BOARD_BUILD", HERE.parent / "build/an524-development"))
FIRMWARE_BASE, LOADER_BASE = 0x38000000, 0x30009000


def elf(entry, parts):
    """A 32-bit Arm executable. parts: [(address, bytes)]."""
    head = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 40, 1, entry, 52, 0, 0, 52, 32, len(parts), 0, 0, 0)
    table, data, at = b"", b"", 52 + 32 * len(parts)
    for address, content in parts:
        table += struct.pack("<IIIIIIII", 1, at + len(data), address, address, len(content), len(content), 5, 4)
        data += content
    return head + table + data


class Case(unittest.TestCase):
    """A scratch directory with its own keys and devices. Keys that cost time are made once and copied."""

    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-shared-"))
        for name, more in (("root", ()), ("fw", ()), ("dev", ("--development",))):
            subprocess.run([HOLDFAST, "key", "new", name, "-q", "--lms-height", "5", "--keys", cls.shared / "keys", *more],
                           check=True)

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.shared)

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-cli-"))
        self.addCleanup(shutil.rmtree, self.dir)
        self.keys = self.dir / "home/keys"
        self.devices = self.dir / "home/devices"
        shutil.copytree(self.shared / "keys", self.keys)
        self.env = dict(os.environ, HOLDFAST_HOME=str(self.dir / "home"))
        (self.dir / "fw.elf").write_bytes(elf(FIRMWARE_BASE + 0x81, [(FIRMWARE_BASE, bytes(range(256)))]))
        (self.dir / "loader.elf").write_bytes(elf(LOADER_BASE + 0x81, [(LOADER_BASE, bytes(range(200)))]))
        (self.dir / "rom.elf").write_bytes(elf(0x10000001, [(0x10000000, bytes(64))]))

    # -- running --

    def run_tool(self, *words, **more):
        return subprocess.run([HOLDFAST, *map(str, words)], cwd=self.dir, env=self.env, capture_output=True, text=True,
                              timeout=60, stdin=subprocess.DEVNULL, start_new_session=more.pop("alone", False), **more)

    def ok(self, *words):
        done = self.run_tool(*words)
        self.assertEqual(done.returncode, 0, (words, done.stdout, done.stderr))
        return done.stdout

    def json(self, *words, code=0):
        done = self.run_tool(*words, "--json")
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        result = json.loads(done.stdout)
        self.assertEqual(result["ok"], code == 0)
        return result

    def refused(self, *words, code=1, says=""):
        """Fails with `code` and exactly one line on stderr, that starts with our name, and says `says`."""
        done = self.run_tool(*words)
        self.assertEqual(done.returncode, code, (words, done.stdout, done.stderr))
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, (words, done.stderr))
        self.assertTrue(lines[0].startswith("holdfast: "), lines)
        self.assertIn(says, lines[0])
        return lines[0]

    def no_leftovers(self, *directories):
        for directory in directories or (self.dir, self.keys):
            self.assertEqual([p.name for p in directory.iterdir() if p.name.startswith(".")], [])

    # -- making things --

    def sign(self, kind="firmware", key=None, output=None, version="1.2.3", security=2, elf_name=None, more=()):
        output = output or f"{kind}.img"
        more = (*more, "--authority", "fw") if kind == "loader" and "--authority" not in more else more
        self.ok("image", "sign", "--kind", kind, "--product", "thermo", "--hardware", "1-3", "--version", version,
                "--security-version", security, "--key", key or ("fw" if kind == "firmware" else "root"), "--output", output,
                *more, elf_name or ("fw.elf" if kind == "firmware" else "loader.elf"))
        return self.dir / output

    def device(self, name="d1", *more, rom="rom.elf"):
        if not (self.dir / "loader.img").exists():
            self.sign("loader")
        if not (self.dir / "firmware.img").exists():
            self.sign("firmware")
        return self.ok("device", "new", name, "--rom", rom, "--loader", "loader.img", "--firmware", "firmware.img",
                       "--root-key", "root", "--no-identity", *more)

    def fake_emulator(self, script):
        """Puts a stand-in for qemu-system-arm in front of PATH. `script` is Python; args are in sys.argv."""
        folder = self.dir / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "qemu-system-arm"
        program.write_text(f"#!{sys.executable}\nimport os, sys, time, signal, struct, zlib\n" + textwrap.dedent(script))
        program.chmod(0o755)
        self.env["PATH"] = f"{folder}:{os.environ['PATH']}"


class Usage(Case):
    def test_help_everywhere(self):
        self.assertIn("Usage: holdfast", self.ok("--help"))
        self.assertIn("Usage: holdfast", self.ok("help"))
        self.assertRegex(self.ok("--version"), r"^holdfast \d+\.\d+\.\d+\n$")
        commands = [line.split()[:2] for line in self.ok("--help").splitlines() if line.startswith("  ")]
        self.assertEqual(len(commands), 24)
        for group, name in commands:
            text = self.ok(group, name, "--help")
            self.assertIn(f"Usage: holdfast {group} {name}", text)
            self.assertIn("Examples:\n  holdfast", text)

    def test_wrong_use_is_exit_2_with_one_line(self):
        self.assertEqual(self.run_tool().returncode, 2)
        for words in (("nonsense",), ("key",), ("key", "nonsense"), ("key", "new"), ("key", "new", "a", "b"),
                      ("key", "new", "x", "--bogus"), ("key", "new", "x", "-z"), ("key", "new", "x", "--algorithm"),
                      ("key", "new", "x", "--algorithm", "rsa"), ("key", "new", "x", "--lms-w", "5"),
                      ("key", "new", "x", "--lms-w", "four"), ("key", "new", "x", "--development=1"),
                      ("key", "list", "-q", "--json"), ("image", "verify", "f.img"), ("device", "run", "d", "--timeout", "0"),
                      ("device", "run", "d", "--until", ""), ("device", "install", "d", "f", "--slot", "A"),
                      ("device", "install", "d", "f", "--tries", "0"), ("key", "revoke", "root"), ("image", "attach", "f"),
                      ("key", "sign", "root")):
            self.refused(*words, code=2)

    def test_wrong_use_is_json_when_asked(self):
        for words in (("nonsense",), ("key",), ("key", "new"), ("key", "new", "x", "--bogus"), ("device", "run", "d", "--timeout"),
                      ("key", "list", "-q")):
            self.assertTrue(self.json(*words, code=2)["error"], words)
            self.assertTrue(json.loads(self.run_tool("--json", *words).stdout)["error"], words)
        self.assertIn("Usage", self.ok("key", "new", "--help", "--json"))

    def test_group_help(self):
        for group in ("key", "image", "device", "ca", "otp"):
            for word in ("--help", "-h", "help"):
                text = self.ok(group, word)
                commands = {line.split()[0] for line in text.splitlines() if line.startswith("  ")}
                self.assertEqual(commands, {group})

    def test_numbers_say_their_range(self):
        for number in ("-1", "x", "4294967295", "1e3"):
            self.refused("image", "sign", "f.elf", "--security-version", number, code=2,
                         says="--security-version takes 0 to 4294967294")

        for words, says in ((("device", "new", "x", "--certificate-days"), "--certificate-days takes 1 to 36500"),
                            (("device", "new", "x", "--batch"), "--batch takes 1 to 9999"),
                            (("device", "install", "x", "y", "--tries"), "--tries takes 1 to 255"),
                            (("device", "run", "x", "--timeout"), "--timeout takes 1 to "),
                            (("device", "recover", "x", "y", "--timeout"), "--timeout takes 1 to 86400"),
                            (("key", "new", "x", "--lms-w"), "--lms-w is 4 or 8"),
                            (("key", "new", "x", "--lms-height"), "--lms-height is 5 or 10")):
            for number in ("0", "-1", "x", "4000000000"):
                self.refused(*words, number, code=2, says=says)

    def test_help_without_options_has_no_heading_for_them(self):
        self.assertNotIn("\nOptions:\n", self.ok("ca", "list", "--help"))
        self.assertIn("\nOptions:\n", self.ok("ca", "show", "--help"))

    def test_each_level_is_indented_by_two(self):
        self.device()
        lines = self.ok("otp", "show", "d1").splitlines()
        at = lines.index("P-256 root keys:")
        self.assertRegex(lines[at + 1], r"^  index: ")
        self.assertRegex(self.ok("device", "info", "d1"), r"\nFlash:\n  Loader copy 0:\n    version: ")

    def test_equals_form_and_double_dash(self):
        self.ok("key", "show", f"--keys={self.keys}", "--", "root")
        self.refused("key", "show", "--", "--json", says="no key --json")

    def test_bad_names_are_refused(self):
        for name in ("../x", "a/b", ".", "", "a b", "a" * 129, "ä"):
            self.refused("key", "new", name, code=2)
            self.refused("key", "show", name)
            self.refused("device", "info", name)

    def test_stdout_that_is_full_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([HOLDFAST, "key", "list"], env=self.env, cwd=self.dir, stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, 1)


class Keys(Case):
    def test_new_makes_both_with_tight_modes(self):
        result = self.json("key", "new", "a", "--lms-height", "5", "--keys", "k2")
        self.assertEqual(result["lms"]["signatures_left"], 32)
        self.assertEqual(stat.S_IMODE((self.dir / "k2").stat().st_mode), 0o700)
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in (self.dir / "k2").iterdir()}
        self.assertEqual(modes, {"a.p256.key": 0o600, "a.lms.key": 0o600, "a.lms.state": 0o600, "a.lms.log": 0o600,
                                 "a.p256.pub": 0o644, "a.lms.pub": 0o644})

    def test_default_key_has_1024_signatures(self):
        self.assertEqual(self.json("key", "new", "big")["lms"]["signatures_total"], 1024)

    def test_hash_is_sha256_of_the_record(self):
        shown, hashes = self.json("key", "show", "dev"), self.json("key", "hash", "dev")
        for algorithm in ("p256", "lms"):
            record = struct.pack("<I", 1) + bytes.fromhex(shown[algorithm]["public_key"])  # 1: development
            self.assertEqual(hashes[algorithm], hashlib.sha256(record).hexdigest())
            self.assertTrue(shown[algorithm]["development"])

    def test_never_overwrites(self):
        before = {p.name: p.read_bytes() for p in self.keys.iterdir()}
        for more in ((), ("--algorithm", "p256"), ("--algorithm", "lms")):
            self.refused("key", "new", "root", *more, says="never overwritten")
        self.assertEqual(before, {p.name: p.read_bytes() for p in self.keys.iterdir()})

    def test_any_one_leftover_file_blocks_the_name(self):
        for suffix in ("p256.key", "p256.pub", "lms.key", "lms.state", "lms.log", "lms.pub"):
            (self.keys / f"x.{suffix}").write_text("x")
            self.refused("key", "new", "x", says="never overwritten")
            (self.keys / f"x.{suffix}").unlink()

    def test_one_algorithm_each(self):
        self.assertNotIn("lms", self.json("key", "new", "p", "--algorithm", "p256"))
        self.assertNotIn("p256", self.json("key", "new", "l", "--algorithm", "lms", "--lms-height", "5", "--lms-w", "8"))

    def test_private_p256_is_what_openssl_reads(self):
        done = subprocess.run(["openssl", "pkey", "-in", self.keys / "root.p256.key", "-pubout"], capture_output=True, check=True)
        self.assertEqual(done.stdout, (self.keys / "root.p256.pub").read_bytes())

    def test_encrypted_keys(self):
        (self.dir / "pass").write_text("correct horse\nsecond line\n")
        (self.dir / "wrong").write_text("battery staple\n")
        self.ok("key", "new", "enc", "--lms-height", "5", "--passphrase-file", "pass")
        self.assertIn("BEGIN ENCRYPTED PRIVATE KEY", (self.keys / "enc.p256.key").read_text())
        self.sign(key="enc", more=("--passphrase-file", "pass"))
        before = self.json("key", "show", "enc")["lms"]["signatures_left"]
        base = ("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                "--security-version", "1", "--output", "o.img", "fw.elf", "--key")
        self.refused(*base, "enc", "--passphrase-file", "wrong", says="wrong passphrase")
        done = self.run_tool(*base, "enc", alone=True)  # no terminal
        self.assertEqual(done.returncode, 1)
        self.assertIn("no terminal", done.stderr)
        self.assertFalse((self.dir / "o.img").exists())
        self.assertEqual(self.json("key", "show", "enc")["lms"]["signatures_left"], before)

    def test_wrong_passphrase_for_an_lms_only_key(self):
        (self.dir / "pass").write_text("a\n")
        (self.dir / "wrong").write_text("b\n")
        self.ok("key", "new", "enc", "--lms-height", "5", "--algorithm", "lms", "--passphrase-file", "pass")
        self.sign(key="enc", more=("--passphrase-file", "pass"))
        self.refused("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                     "--security-version", "1", "--output", "o.img", "fw.elf", "--key", "enc", "--passphrase-file", "wrong",
                     says="wrong passphrase")

    def at_terminal(self, words, *answers):
        """Runs the command on a terminal of its own and types the answers. Returns exit code and what the terminal showed."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.dir)
            os.execve(HOLDFAST, [HOLDFAST, *words], self.env)
        shown = b""
        for answer in answers:
            while not shown.rstrip(b" ").endswith(b":"):
                shown += os.read(terminal, 1000)
            os.write(terminal, answer.encode() + b"\n")
            shown += b"|"
        try:
            while True:
                shown += os.read(terminal, 1000)
        except OSError:
            pass
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_passphrase_at_the_terminal(self):
        new = ["key", "new", "tty", "--algorithm", "p256", "--encrypt"]
        code, shown = self.at_terminal(new, "swordfish", "swordfisch")
        self.assertEqual(code, 1)
        self.assertIn("differ", shown)
        self.assertFalse(list(self.keys.glob("tty.*")))
        code, shown = self.at_terminal(new, "swordfish", "swordfish")
        self.assertEqual(code, 0)
        self.assertNotIn("swordfish", shown)  # no echo
        subprocess.run(["openssl", "pkey", "-in", self.keys / "tty.p256.key", "-passin", "pass:swordfish", "-noout"], check=True)
        sign = ["image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                "--security-version", "1", "--key", "tty", "--output", "o.img", "fw.elf"]
        self.assertEqual(self.at_terminal(sign, "wrong")[0], 1)
        self.assertEqual(self.at_terminal(sign, "swordfish")[0], 0)
        self.ok("image", "verify", "o.img", "--trust-key", "tty")

    def test_ctrl_c_at_the_passphrase_restores_the_terminal(self):
        terminal, other = pty.openpty()
        before = termios.tcgetattr(terminal)
        script = "import os, sys, fcntl, termios; os.setsid(); fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
        process = subprocess.Popen([sys.executable, "-c", script, HOLDFAST, "key", "new", "tty", "--encrypt"], cwd=self.dir,
                                   env=self.env, stdin=other, stdout=other, stderr=other)
        shown = b""
        while not shown.endswith(b": "):
            shown += os.read(terminal, 1000)
        self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO)
        os.write(terminal, b"\x03")
        self.assertEqual(process.wait(10), -signal.SIGINT)
        self.assertEqual(termios.tcgetattr(terminal), before)
        self.assertFalse(list(self.keys.glob("tty.*")))
        os.close(terminal)
        os.close(other)

    def test_bad_passphrase_files(self):
        (self.dir / "empty").write_text("")
        (self.dir / "blank").write_text("\n")
        (self.dir / "long").write_text("x" * 2000)
        for name in ("empty", "blank", "long", "absent", "."):
            self.refused("key", "new", "x", "--passphrase-file", name)
        self.assertFalse(list(self.keys.glob("x.*")))

    def test_damaged_key_files(self):
        for name in ("root.p256.pub", "root.lms.pub"):
            path = self.keys / name
            good = path.read_bytes()
            for bad in (b"", b"x", good[:-40], bytes(70000), good.replace(b"BEGIN", b"BEGYN")):
                path.write_bytes(bad)
                self.refused("key", "show", "root")
            path.write_bytes(good)
        listing = self.json("key", "list")
        self.assertEqual([k["name"] for k in listing["keys"]], ["dev", "fw", "root"])
        (self.keys / "root.lms.pub").write_text("x")
        listing = self.json("key", "list", code=1)
        self.assertEqual([k["damaged"] for k in listing["keys"]], [False, False, True])

    def test_mark_cannot_be_removed_unnoticed(self):
        self.sign(key="dev")
        for kind in ("p256", "lms"):
            path = self.keys / f"dev.{kind}.pub"
            text = path.read_text().replace("Holdfast-Key: development\n", "")
            path.write_text(text)
        self.refused("image", "verify", "firmware.img", "--trust-key", "dev", says="not trusted")

    def test_damaged_or_swapped_private_files_do_not_sign(self):
        base = ("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                "--security-version", "1", "--output", "o.img", "fw.elf", "--key", "root")
        for name in ("root.p256.key", "root.lms.key"):
            path, other = self.keys / name, self.keys / name.replace("root", "fw")
            good = path.read_bytes()
            for bad in (b"", good[:50], good[:-30], good + bytes(70000), other.read_bytes()):
                path.write_bytes(bad)
                self.refused(*base)
            path.unlink()
            self.refused(*base, says="is missing")
            path.write_bytes(good)
        self.assertFalse((self.dir / "o.img").exists())
        self.no_leftovers()

    def test_revoke(self):
        self.ok("key", "new", "second", "--lms-height", "5")
        self.device("d1", "--root-key", "second")
        self.refused("key", "revoke", "fw", "--device", "d1", says="not a root key")
        self.refused("key", "revoke", "root", "--device", "d1", says="no loader of d1 verifies without root")
        self.sign("loader", key="second", output="second.img", version="1.3.0")
        self.ok("device", "install", "d1", "second.img")
        self.ok("key", "revoke", "root", "--device", "d1")
        self.ok("key", "revoke", "root", "--device", "d1")  # again: harmless
        otp = self.json("otp", "show", "d1")
        self.assertEqual([r["revoked"] for r in otp["root_p256"]], [True, False])
        self.assertEqual([r["revoked"] for r in otp["root_lms"]], [True, False])
        self.refused("key", "revoke", "second", "--device", "d1", says="last usable")
        self.refused("image", "verify", "loader.img", "--device", "d1", says="not trusted")

    def test_a_root_key_cannot_be_given_twice(self):
        """Revoking one of two equal roots would leave the other."""
        self.sign("loader")
        self.sign("firmware")
        self.refused("device", "new", "dup", "--rom", "rom.elf", "--loader", "loader.img", "--firmware", "firmware.img",
                     "--root-key", "root", "--root-key", "root", says="given twice")

    def test_no_output_replaces_a_key(self):
        self.sign("loader")
        self.ok("image", "digest", "loader.img", "--message", "tbs")
        for name in ("fw.p256.key", "fw.p256.pub", "fw.lms.key", "fw.lms.state", "fw.lms.log", "fw.lms.pub"):
            path = self.keys / name
            if not path.exists():
                continue
            before = path.read_bytes()
            self.refused("image", "digest", "loader.img", "--message", path, says="never overwritten")
            self.refused("key", "sign", "root", "--message", "tbs", "--p256", path, says="never overwritten")
            self.refused("image", "sign", "--kind", "firmware", "--product", "thermo", "--hardware", "1-3", "--version", "1.0.0",
                         "--security-version", "1", "--key", "fw", "--output", path, "fw.elf", says="never overwritten")
            self.assertEqual(path.read_bytes(), before)


class LmsState(Case):
    SIGN = ("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
            "--security-version", "1", "--key", "fw", "fw.elf", "--output")

    def leaf(self, name):
        return struct.unpack_from(">I", (self.dir / name).read_bytes(), 1088 + 4)[0]

    def test_each_signature_has_its_own_leaf(self):
        left = []
        for i in range(3):
            left.append(self.json(*self.SIGN, f"{i}.img")["lms_signatures_left"])
            self.assertEqual(self.leaf(f"{i}.img"), i)
        self.assertEqual(left, [31, 30, 29])
        self.assertEqual(self.json("key", "show", "fw")["lms"]["signatures_left"], 29)

    def test_list_tells_what_is_here(self):
        (self.dir / "pass").write_text("p\n")
        self.ok("key", "new", "enc", "--lms-height", "5", "--passphrase-file", "pass")
        (self.keys / "dev.lms.key").unlink()
        (self.keys / "fw.lms.key").unlink()
        (self.keys / "fw.p256.key").unlink()
        keys = {k["name"]: k for k in self.json("key", "list")["keys"]}
        self.assertEqual([(keys[n]["private"], keys[n]["encrypted"], keys[n]["incomplete"]) for n in ("root", "enc", "dev", "fw")],
                         [(True, False, False), (True, True, False), (True, False, True), (False, False, False)])
        self.assertEqual(keys["enc"]["signatures_left"], 32)
        self.assertIn("encrypted, 32 signatures left", self.ok("key", "list"))

    def test_info_shows_the_leaf(self):
        for leaf in range(2):
            self.assertEqual(self.json("image", "info", self.sign())["lms_leaf"], leaf)

    def test_attach_names_the_signature_that_is_missing(self):
        self.sign(more=("--unsigned",))
        self.ok("image", "digest", "firmware.img", "--message", "tbs")
        self.ok("key", "sign", "fw", "--message", "tbs", "--p256", "sig", "--lms", "hss")
        base = ("image", "attach", "firmware.img", "--output", "o.img")
        self.refused(*base, "--p256", "sig", says="give --lms too")
        self.refused(*base, "--lms", "hss", says="give --p256 too")
        self.assertIn("NAME.p256.pub", self.ok("image", "attach", "--help"))
        self.ok(*base, "--p256", "sig", "--lms", "hss")

    def test_high_security_version_is_remarked(self):
        for version, remarked in ((65535, False), (65536, True)):
            done = self.run_tool("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                                 "--security-version", version, "--key", "fw", "--output", "o.img", "fw.elf")
            self.assertEqual((done.returncode, "accepts nothing lower, for ever" in done.stderr), (0, remarked))

    def test_refused_images_cost_no_leaf(self):
        (self.dir / "bad.elf").write_bytes(elf(FIRMWARE_BASE + 1, [(FIRMWARE_BASE + 16, bytes(64))]))  # vectors not aligned
        self.refused(*self.SIGN[:-2], "--output", "o.img", "bad.elf", says="device would refuse")
        self.assertEqual(self.json("key", "show", "fw")["lms"]["signatures_left"], 32)

    def test_exhausted_key(self):
        for i in range(32):
            self.ok(*self.SIGN, "o.img")
        self.refused(*self.SIGN, "p.img", says="exhausted")
        self.assertFalse((self.dir / "p.img").exists())

    def test_lost_and_restored_state(self):
        old = (self.keys / "fw.lms.state").read_bytes()
        self.ok(*self.SIGN, "a.img")
        self.ok(*self.SIGN, "a.img")
        now = (self.keys / "fw.lms.state").read_bytes()
        for bad in (old, b"", now[:-1], (self.keys / "root.lms.state").read_bytes()):
            (self.keys / "fw.lms.state").write_bytes(bad)
            self.refused(*self.SIGN, "b.img")
            self.refused("key", "show", "fw")
        (self.keys / "fw.lms.state").unlink()
        self.refused(*self.SIGN, "b.img", says="missing")
        (self.keys / "fw.lms.state").write_bytes(now)
        (self.keys / "fw.lms.log").write_bytes(b"")
        self.refused(*self.SIGN, "b.img", says="older")
        self.assertFalse((self.dir / "b.img").exists())

    def test_many_at_once_and_killed_at_random(self):
        self.ok("key", "new", "many")
        words = ["image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                 "--security-version", "1", "--key", "many", "fw.elf", "-q", "--output"]
        running = []
        for i in range(24):
            running.append(subprocess.Popen([HOLDFAST, *words, f"m{i}.img"], cwd=self.dir, env=self.env,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            if i % 3 == 2:  # one of each three is killed somewhere on its way
                time.sleep(0.013 * (i % 11))
                running[i - 1].kill()
        for process in running:
            process.wait(60)
        made = sorted(self.dir.glob("m*.img"))
        self.assertGreater(len(made), 12)
        leaves = [self.leaf(p.name) for p in made]
        self.assertEqual(len(leaves), len(set(leaves)), leaves)
        for path in made:  # whoever has a name is whole
            self.ok("image", "verify", path, "--trust-key", "many")
        self.assertGreaterEqual(1024 - self.json("key", "show", "many")["lms"]["signatures_left"], len(made))


class Images(Case):
    def test_sign_info_verify(self):
        (self.dir / "sbom.json").write_text("{}")
        image = self.sign(more=("--sbom", "sbom.json", "--build-id", "c0ffee", "--loader-min", "1.0.0"))
        info = self.json("image", "info", image)
        self.assertEqual((info["kind"], info["version"], info["security_version"], info["product"], info["loader_min"]),
                         ("firmware", "1.2.3", 2, "thermo", "1.0.0"))
        self.assertEqual((info["hardware_min"], info["hardware_max"], info["verified"]), (1, 3, False))
        self.assertEqual(info["segments"], [{"address": "0x38000000", "offset": 0, "bytes": 256, "nonsecure": False}])
        self.assertEqual(info["sbom_sha256"], hashlib.sha256(b"{}").hexdigest())
        self.assertTrue(info["build_id"].startswith("c0ffee00"))
        self.assertEqual(info["payload_sha256"], hashlib.sha256(image.read_bytes()[4096:]).hexdigest())
        self.assertEqual(self.json("image", "verify", image, "--trust-key", "fw")["status"], "BOOT_OK")
        self.assertIn("not verified", self.ok("image", "info", image).lower())

    def test_signed_bytes_are_reproducible(self):
        one = self.sign(output="1.img").read_bytes()
        two = self.sign(output="2.img").read_bytes()
        self.assertEqual(one[:1024], two[:1024])
        self.assertEqual(one[4096:], two[4096:])
        self.assertNotEqual(one[1024:4096], two[1024:4096])

    def test_openssl_agrees_with_the_signature(self):
        image = self.sign()
        self.ok("image", "digest", image, "--message", "tbs")
        self.assertEqual((self.dir / "tbs").read_bytes(), image.read_bytes()[:1024])
        r, s = image.read_bytes()[1024:1056], image.read_bytes()[1056:1088]

        def integer(number):
            number = number.lstrip(b"\0")
            return b"\x02" + bytes([len(number) + (number[0] >> 7)]) + b"\0" * (number[0] >> 7) + number
        body = integer(r) + integer(s)
        (self.dir / "sig").write_bytes(b"\x30" + bytes([len(body)]) + body)
        subprocess.run(["openssl", "dgst", "-sha256", "-verify", self.keys / "fw.p256.pub", "-signature", self.dir / "sig",
                        self.dir / "tbs"], check=True, capture_output=True)

    def test_every_flipped_bit_that_counts_is_found(self):
        good = self.sign().read_bytes()
        expected = {0: "not an image", 8: "BOOT_SIG_P256", 16: "BOOT_SIG_P256", 700: "BOOT_SIG_P256", 1023: "BOOT_SIG_P256",
                    1024: "BOOT_SIG_P256", 1100: "BOOT_SIG_LMS", 4095: "BOOT_SIG_LMS", 4096: "BOOT_PAYLOAD_DIGEST",
                    4351: "BOOT_PAYLOAD_DIGEST"}
        for at, status in expected.items():
            bad = bytearray(good)
            bad[at] ^= 0x10
            (self.dir / "bad.img").write_bytes(bad)
            self.refused("image", "verify", "bad.img", "--trust-key", "fw", says=status)

    def test_bad_image_files(self):
        good = self.sign().read_bytes()
        for name, content in (("empty", b""), ("short", good[:4096]), ("cut", good[:-1]), ("long", good + b"x"),
                              ("huge", bytes(1 << 21)), ("noise", os.urandom(9000))):
            (self.dir / name).write_bytes(content)
            for command in (("verify", name, "--trust-key", "fw"), ("info", name), ("digest", name)):
                self.refused("image", *command)
        for name in (".", "absent"):
            self.refused("image", "info", name)

    def test_bad_options(self):
        good = {"--kind": "firmware", "--product": "p", "--hardware": "1", "--version": "1.0.0", "--security-version": "1",
                "--key": "fw", "--output": "o.img"}

        def words(**changes):
            options = {**good, **{"--" + k.replace("_", "-"): v for k, v in changes.items()}}
            return ["image", "sign", "fw.elf"] + [w for k, v in options.items() if v is not None for w in (k, v)]
        for option in good:
            self.refused(*words(**{option[2:].replace("-", "_"): None}), code=2, says=option)
        for changes in ({"kind": "rom"}, {"product": "x" * 17}, {"product": "a b"}, {"hardware": "3-1"}, {"hardware": "x"},
                        {"version": "1.0"}, {"version": "1.0.70000000000"}, {"security_version": "-1"}, {"loader_min": "1"},
                        {"build_id": "xyz"}, {"build_id": "00" * 33}, {"profile": "release"}, {"authority": "fw"},
                        {"revoke_root": "0"}, {"board": "z80"}):
            self.refused(*words(**changes), code=2)
        self.refused(*words(kind="loader"), code=2, says="--authority")
        self.refused(*words(kind="loader", authority="fw", revoke_root="4"), code=2)
        for changes in ({"key": "absent"}, {"sbom": "absent"}, {"sbom": "."}, {"vectors": "no_such_symbol"},
                        {"output": "no/such/dir/o.img"}, {"output": "."}):
            self.refused(*words(**changes))
        self.assertEqual(self.run_tool("image", "sign").returncode, 2)
        self.assertFalse((self.dir / "o.img").exists())
        self.assertEqual(self.json("key", "show", "fw")["lms"]["signatures_left"], 32)
        self.no_leftovers()

    def test_bad_elf_files(self):
        good = (self.dir / "fw.elf").read_bytes()
        x86 = bytearray(good)
        x86[18] = 62
        for name, content in (("empty", b""), ("noise", os.urandom(5000)), ("cut", good[:-1]), ("x86", bytes(x86)),
                              ("huge", good + bytes(5 << 20)), ("nothing", elf(1, [])),
                              ("even", elf(FIRMWARE_BASE, [(FIRMWARE_BASE, bytes(64))])),
                              ("outside", elf(0x20000001, [(0x20000000, bytes(64))]))):
            (self.dir / name).write_bytes(content)
            self.refused("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                         "--security-version", "1", "--key", "fw", "--output", "o.img", name)
        self.assertFalse((self.dir / "o.img").exists())

    def test_two_worlds_in_one_image(self):
        (self.dir / "ns.elf").write_bytes(elf(0x28010001, [(0x28010000, b"n" * 20)]))
        self.ok("image", "sign", "--kind", "firmware", "--product", "p", "--hardware", "1", "--version", "1.0.0",
                "--security-version", "1", "--key", "fw", "--output", "o.img", "fw.elf", "ns.elf")
        segments = self.json("image", "info", "o.img")["segments"]
        self.assertEqual([(s["address"], s["bytes"], s["nonsecure"]) for s in segments],
                         [("0x38000000", 256, False), ("0x38010000", 32, True)])

    def test_production_refuses_development_keys(self):
        base = ("image", "sign", "--product", "p", "--hardware", "1", "--version", "1.0.0", "--security-version", "1",
                "--output", "o.img", "--profile", "production")
        self.refused(*base, "--kind", "firmware", "--key", "dev", "fw.elf", says="development key")
        self.refused(*base, "--kind", "loader", "--key", "root", "--authority", "dev", "loader.elf", says="development key")
        self.ok(*base, "--kind", "firmware", "--key", "fw", "fw.elf")

    def test_external_signing(self):
        signer = self.dir / "signer"
        signer.mkdir()
        for name in ("fw.p256.key", "fw.lms.key", "fw.lms.state", "fw.lms.log"):
            shutil.move(self.keys / name, signer / name)
        for name in ("fw.p256.pub", "fw.lms.pub"):
            shutil.copy(self.keys / name, signer / name)
        image = self.sign(more=("--unsigned",))
        self.refused("image", "verify", image, "--trust-key", "fw", says="BOOT_SIG_P256")
        digest = self.json("image", "digest", image, "--message", "tbs")["sha256"]
        self.assertEqual(digest, hashlib.sha256((self.dir / "tbs").read_bytes()).hexdigest())
        self.ok("key", "sign", "fw", "--keys", signer, "--message", "tbs", "--p256", "p.raw", "--lms", "l.sig")
        subprocess.run(["openssl", "dgst", "-sha256", "-sign", signer / "fw.p256.key", "-out", self.dir / "p.der",
                        self.dir / "tbs"], check=True)
        for p256 in ("p.raw", "p.der"):
            self.ok("image", "attach", image, "--p256", p256, "--lms", "l.sig", "--output", "signed.img")
            self.ok("image", "verify", "signed.img", "--trust-key", "fw")
        (self.dir / "signed.img").unlink()
        wrong = bytearray((self.dir / "l.sig").read_bytes())
        wrong[100] ^= 1
        (self.dir / "wrong").write_bytes(wrong)
        (self.dir / "short").write_bytes(wrong[:-1])
        self.refused("image", "attach", image, "--p256", "p.der", "--output", "signed.img", says="LMS signature")
        self.refused("image", "attach", image, "--p256", "p.der", "--lms", "wrong", "--output", "signed.img", says="LMS signature")
        self.refused("image", "attach", image, "--p256", "p.der", "--lms", "short", "--output", "signed.img")
        self.refused("image", "attach", image, "--p256", "short", "--lms", "l.sig", "--output", "signed.img")
        self.assertFalse((self.dir / "signed.img").exists())

    def test_key_sign_signs_only_images(self):
        for name, content in (("text", b"I owe you"), ("kb", b"x" * 1024), ("big", b"HFM1" + bytes(5000))):
            (self.dir / name).write_bytes(content)
            self.refused("key", "sign", "fw", "--message", name, "--p256", "s")


class Devices(Case):
    def test_new_info_list_otp(self):
        self.device("d1", "--serial", "SN-1")
        self.assertEqual((self.devices / "d1/flash.bin").stat().st_size, 2 << 30)
        self.assertLess((self.devices / "d1/flash.bin").stat().st_blocks * 512, 8 << 20)
        info = self.json("device", "info", "d1")
        self.assertEqual([p["status"] for p in info["places"]], ["BOOT_OK"] * 3 + ["BOOT_MANIFEST_MAGIC"])
        self.assertEqual((info["journal"]["active"], info["journal"]["trial"], info["running"]), ("A", "none", False))
        self.assertEqual((info["firmware_counter"]["value"], info["lifecycle"]), (2, "factory"))
        self.assertEqual([d["name"] for d in self.json("device", "list")["devices"]], ["d1"])
        otp = self.json("otp", "show", "d1")
        self.assertEqual((otp["serial"], otp["policy"], otp["unique_key"], otp["unique_secret"]), ("SN-1", "both", "set", "set"))
        self.assertEqual(otp["root_p256"][0]["hash"], self.json("key", "hash", "root")["p256"])

    def test_secrets_are_set_differ_and_are_never_printed(self):
        self.device("d1")
        self.device("d2")
        one, two = ((self.devices / d / "fuses.bin").read_bytes()[320:384] for d in ("d1", "d2"))
        self.assertNotEqual(one, two)
        self.assertNotEqual(one[:32], bytes(32))
        for words in (("otp", "show", "d1"), ("device", "info", "d1"), ("otp", "show", "d1", "--json")):
            text = self.ok(*words).lower()
            self.assertNotIn(one[:32].hex(), text)
            self.assertNotIn(one[32:].hex(), text)

    def test_new_refuses_and_leaves_nothing(self):
        self.device("d1")
        base = ["--no-identity", "--rom", "rom.elf", "--loader", "loader.img", "--firmware", "firmware.img", "--root-key", "root"]
        self.refused("device", "new", "d1", *base, says="exists already and is complete")
        self.refused("device", "new", "d1", *base, "--serial", "other", says="made with another --serial")

        def changed(**changes):
            words = list(base)
            for option, value in changes.items():
                words[words.index("--" + option.replace("_", "-")) + 1] = value
            return words
        for name in ("loader.img", "firmware.img"):
            bad = bytearray((self.dir / name).read_bytes())
            bad[-1] ^= 1
            (self.dir / ("bad-" + name)).write_bytes(bad)
        for words, says in ((changed(loader="bad-loader.img"), "digest"), (changed(firmware="bad-firmware.img"), "digest"),
                            (changed(loader="firmware.img"), "not trusted"), (changed(firmware="loader.img"), "not trusted"),
                            (changed(root_key="fw"), "not trusted"), (changed(root_key="absent"), "no key"),
                            (changed(rom="loader.img"), "not an ELF"), (changed(rom="absent"), "cannot read"),
                            (base + ["--product", "other"], "another product"),
                            (base + ["--hardware-revision", "9"], "hardware revision")):
            self.refused("device", "new", "x", *words, says=says)
        for words in (base + ["--policy", "none"], base + ["--lifecycle", "done"], base + ["--serial", "x" * 25],
                      base + ["--serial", "a/b"], base + ["--board", "z80"], base + ["--root-key", "root"] * 4, base[3:], base[:-2],
                      base + ["--thing", "t"], base + ["--endpoint", "h:1"], base + ["--server-ca", "f"],
                      base + ["--certificate-days", "1"], base + ["--batch", "0"], base + ["--batch", "3", "--serial", "s"],
                      base[1:] + ["--thing", "a b"], base[1:] + ["--thing", "t" * 129], base[1:] + ["--certificate-days", "0"],
                      base[1:] + ["--batch", "2", "--thing", "t"], *(base[1:] + ["--endpoint", e] for e in (
                          "h", "h:", ":1", "h:0", "h:65536", "h:1x", "h:-1", "a b:1", "h:1:2", "h" * 254 + ":1", "h:0x1"))):
            self.refused("device", "new", "x", *words, code=2)
        self.assertEqual([p.name for p in self.devices.iterdir()], ["d1"])

    def test_killed_while_making_a_device(self):
        self.sign("loader")
        self.sign("firmware")
        made = 0
        for delay in (0.005, 0.01, 0.015, 0.02, 0.03, 0.05):
            process = subprocess.Popen([HOLDFAST, "device", "new", "x", "-q", "--no-identity", "--rom", "rom.elf", "--loader", "loader.img",
                                        "--firmware", "firmware.img", "--root-key", "root"], cwd=self.dir, env=self.env)
            time.sleep(delay)
            process.kill()
            process.wait()
            if self.json("device", "list")["devices"]:  # there whole, or not at all
                made += 1
                info = self.json("device", "info", "x")
                self.assertEqual([p["status"] for p in info["places"]][:3], ["BOOT_OK"] * 3)
                shutil.rmtree(self.devices / "x")
        self.assertLess(made, 6)

    def test_secured_refuses_development_keys(self):
        self.sign("loader", key="dev", output="dev-loader.img")
        self.sign("loader")
        self.sign("firmware")
        self.refused("device", "new", "x", "--rom", "rom.elf", "--loader", "dev-loader.img", "--firmware", "firmware.img",
                     "--root-key", "dev", "--lifecycle", "secured", says="development key")
        self.device("d1", "--lifecycle", "secured")
        self.assertEqual(self.json("otp", "show", "d1")["lifecycle"], "secured")

    def test_one_algorithm_policies(self):
        for policy in ("p256", "lms"):
            self.device(policy, "--policy", policy)
            self.assertEqual(self.json("otp", "show", policy)["policy"], policy)

    def test_install_puts_on_trial_and_refuses(self):
        self.device()
        self.sign(version="1.3.0", security=3, output="new.img")
        bad = bytearray((self.dir / "new.img").read_bytes())
        bad[-1] ^= 1
        (self.dir / "bad.img").write_bytes(bad)
        flash = (self.devices / "d1/flash.bin")
        with open(flash, "rb") as file:
            file.seek(0x10000000)
            before = file.read(0x300000)
        self.refused("device", "install", "d1", "bad.img", says="BOOT_PAYLOAD_DIGEST")
        self.refused("device", "install", "d1", "loader.img", says="or a newer one already")
        self.sign(version="1.0.0", security=1, output="old.img")
        self.refused("device", "install", "d1", "old.img", says="BOOT_MANIFEST_ROLLBACK")
        with open(flash, "rb") as file:
            file.seek(0x10000000)
            self.assertEqual(before, file.read(0x300000))  # refused before anything was touched
        self.assertEqual(self.json("image", "verify", "new.img", "--device", "d1")["status"], "BOOT_OK")
        self.ok("device", "install", "d1", "new.img", "--tries", "2")
        journal = self.json("device", "info", "d1")["journal"]
        self.assertEqual((journal["active"], journal["trial"], journal["tries_left"]), ("A", "B", 2))
        self.refused("device", "install", "d1", "new.img", says="BOOT_UPDATE_BUSY); run the device")
        self.assertEqual(self.json("device", "info", "d1")["firmware_counter"]["value"], 2)  # raised by confirming only

    def test_what_info_and_list_say(self):
        self.device("d1", "--serial", "S-77")
        info = self.json("device", "info", "d1")
        self.assertEqual((info["serial"], info["product"]), ("S-77", "thermo"))
        self.assertEqual(self.json("device", "list")["devices"][0]["firmware_version"], "1.2.3")
        self.ok("device", "retire", "d1")
        self.assertRegex(self.ok("device", "list"), r"d1 .*retired .*1\.2\.3")

    def test_rom_must_lie_in_rom(self):
        (self.dir / "big.elf").write_bytes(elf(0x10000001, [(0x10000000, bytes(8193))]))
        for rom in ("big.elf", "loader.elf"):
            self.refused("device", "new", "x", "--rom", rom, "--loader", self.sign("loader"), "--firmware", self.sign(),
                         "--root-key", "root", says="does not lie in the ROM of board an524")

    def test_unchecked_install(self):
        self.device()
        bad = bytearray((self.dir / "firmware.img").read_bytes())
        bad[-1] ^= 1
        (self.dir / "bad.img").write_bytes(bad)
        self.ok("device", "install", "d1", "bad.img", "--unchecked")
        info = self.json("device", "info", "d1")
        self.assertEqual((info["places"][3]["status"], info["journal"]["trial"]), ("BOOT_PAYLOAD_DIGEST", "B"))
        self.ok("device", "install", "d1", "bad.img", "--unchecked", "--slot", "A", "--active")
        info = self.json("device", "info", "d1")
        self.assertEqual((info["places"][2]["status"], info["journal"]["active"]), ("BOOT_PAYLOAD_DIGEST", "A"))

    def test_retire(self):
        self.device()
        self.ok("device", "retire", "d1")
        self.assertEqual(self.json("device", "info", "d1")["lifecycle"], "retired")
        self.refused("image", "verify", "firmware.img", "--device", "d1", says="retired")

    def test_remove_takes_exactly_the_devices_files(self):
        self.device("d1")
        self.device("d2")
        (self.devices / "d1/.tmp-0123456789abcdef").write_text("of a writer that was killed")
        self.assertTrue(self.json("device", "remove", "d1")["directory_removed"])
        self.assertEqual([p.name for p in self.devices.iterdir()], ["d2"])
        self.refused("device", "remove", "d1", says="no device d1")
        self.device("d1")  # the name is free
        self.ok("device", "info", "d2")
        (self.devices / "d2/notes.txt").write_text("mine")
        self.assertFalse(self.json("device", "remove", "d2")["directory_removed"])
        self.assertEqual([p.name for p in (self.devices / "d2").iterdir()], ["notes.txt"])

    def test_remove_takes_damaged_devices(self):
        for name in ("fuses.bin", "device.json", "flash.bin"):
            self.device()
            (self.devices / "d1" / name).write_bytes(b"x")
            self.ok("device", "remove", "d1")
            self.assertFalse((self.devices / "d1").exists())

    def test_otp_tells_whether_it_is_frozen_and_what_storage_has_used(self):
        self.device("d1", "--lifecycle", "secured")
        self.device("d2")
        counters = bytearray((self.devices / "d2/counters.bin").read_bytes())
        counters[7168 - 4096:7168 - 4096 + 2] = b"\xff\x03"  # ten changes begun: docs/formats.md
        (self.devices / "d2/counters.bin").write_bytes(counters)
        for command in (("otp", "show"), ("device", "info")):
            one, two = self.json(*command, "d1"), self.json(*command, "d2")
            self.assertEqual((one["frozen"], one["storage_counter"]), (True, {"raises": 0, "raises_left": 4096}))
            self.assertEqual((two["frozen"], two["storage_counter"]), (False, {"raises": 10, "raises_left": 4086}))
        self.ok("device", "retire", "d2")
        self.assertTrue(self.json("otp", "show", "d2")["frozen"])

    def test_a_directory_that_cannot_be_made_is_named(self):
        (self.dir / "file").write_text("")
        self.refused("key", "new", "k", "--keys", "file/below/keys", says="cannot make directory file: File exists")

    def test_unknown_and_damaged_devices(self):
        self.sign("firmware")
        for words in (("device", "info", "no"), ("device", "run", "no"), ("device", "retire", "no"), ("otp", "show", "no"),
                      ("device", "remove", "no"), ("device", "install", "no", "firmware.img"), ("key", "revoke", "root", "--device", "no"),
                      ("device", "recover", "no", "firmware.img")):
            self.refused(*words, says="no device no")
        self.device()
        for name, size in (("fuses.bin", 4096), ("counters.bin", 4096), ("device.json", 0), ("flash.bin", 2 << 30)):
            path = self.devices / "d1" / name
            moved = path.rename(path.with_suffix(".kept"))
            self.refused("device", "info", "d1")
            path.write_bytes(b"\0" * 100)
            self.refused("device", "info", "d1")
            self.assertTrue(self.json("device", "list", code=1)["devices"][0]["damaged"])
            path.unlink()
            moved.rename(path)
        self.ok("device", "info", "d1")


class Authorities(Case):
    """The local CAs. What their certificates say is checked by ca_test.c."""

    def test_new_show_and_pem(self):
        self.refused("ca", "show", says="there is no device CA")
        self.assertEqual(self.json("ca", "list")["certificates"], [])
        made = self.json("ca", "new")
        self.assertEqual(made["device"]["issued"], 0)
        self.assertEqual({k: v for k, v in self.json("ca", "show").items() if k != "ok"}, {k: v for k, v in made.items() if k != "ok"})
        self.assertEqual(set(self.json("ca", "show", "server")), {"server", "ok"})
        for kind in ("device", "server"):
            pem = self.ok("ca", "show", kind, "--pem")
            self.assertEqual(pem, pathlib.Path(made[kind]["certificate"]).read_text() if made[kind]["certificate"].startswith("/")
                             else (self.dir / made[kind]["certificate"]).read_text())
            self.assertEqual(pem, self.json("ca", "show", kind, "--pem")["pem"])
            shown = subprocess.run(["openssl", "x509", "-noout", "-fingerprint", "-sha256"], input=pem.encode(), capture_output=True,
                                   check=True).stdout.decode()
            self.assertEqual(shown.strip().split("=")[1].replace(":", "").lower(), made[kind]["sha256"])

    def test_list_of_revoked_certificates(self):
        """What it says of certificates is checked by ca_test.c; here openssl reads it."""
        self.refused("ca", "show", "device", "--crl", says="no device CA")
        self.refused("ca", "show", "--crl", code=2, says="--crl is for one CA")
        self.refused("ca", "show", "device", "--crl", "--pem", code=2, says="exclude each other")
        self.ok("ca", "new")
        pem = self.ok("ca", "show", "device", "--crl")
        self.assertEqual(pem, (self.dir / "home/ca/device/revoked.crl.pem").read_text())
        self.assertIn("BEGIN X509 CRL", self.json("ca", "show", "device", "--crl")["crl"])
        done = subprocess.run(["openssl", "crl", "-noout", "-verify", "-CAfile", self.dir / "home/ca/device/certificate.pem"],
                              input=pem, capture_output=True, text=True, check=True)
        self.assertIn("verify OK", done.stderr)

    def test_a_ca_that_cannot_be_looked_at_is_not_taken_for_none(self):
        (self.dir / "home/ca").mkdir(parents=True)
        (self.dir / "home/ca/device").write_text("not a folder")
        for words in (("ca", "list"), ("ca", "revoke", "x"), ("ca", "show", "device"), ("ca", "new")):
            self.refused(*words, says="cannot look at the device CA")

    def test_a_new_ca_is_told(self):
        self.assertIn("Made a new device CA in", self.run_tool("ca", "new", "device").stderr)
        self.assertEqual(self.run_tool("ca", "new", "server", "-q").stderr, "")

    def test_an_empty_list_says_so(self):
        self.assertIn("no certificates issued in", self.ok("ca", "list"))
        self.ok("ca", "new")
        self.assertIn("no certificates issued in", self.ok("ca", "list"))

    def test_new_never_overwrites(self):
        self.ok("ca", "new", "device")
        self.refused("ca", "new", says="device CA exists already")
        self.refused("ca", "new", "device", says="never overwritten")
        self.ok("ca", "new", "server")

    def test_wrong_use(self):
        for words in (("ca", "show", "client"), ("ca", "new", "x"), ("ca", "show", "--pem"), ("ca", "revoke"), ("ca", "list", "x")):
            self.refused(*words, code=2)
        self.refused("ca", "revoke", "thing", says="no device CA")
        self.ok("ca", "new")
        for word in ("thing", "0" * 32, "../device/key", ""):
            self.refused("ca", "revoke", word, says="no live certificate")

    def test_another_place(self):
        self.ok("ca", "new", "--ca", "elsewhere")
        self.assertTrue((self.dir / "elsewhere/device/key.pem").exists())
        self.assertFalse((self.dir / "home/ca").exists())

    def test_damaged_files_are_told(self):
        self.ok("ca", "new")
        (self.dir / "home/ca/device/certificate.pem").write_text("x")
        self.refused("ca", "show", says="not a certificate in PEM")
        (self.dir / "home/ca/server/issued" / ("a" * 32 + ".pem")).write_text("x")
        self.refused("ca", "show", "server", says="not a certificate in PEM")


class Interrupted(Case):
    def test_full_disk_makes_no_device_and_loses_none(self):
        """On a small file system of our own, where the kernel lets us have one."""
        if subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "t", "/mnt"], capture_output=True).returncode != 0:
            self.skipTest("no user namespaces with mounts here")
        self.sign("loader")
        self.sign("firmware")
        new = (f"{HOLDFAST} device new d1 -q --rom rom.elf --loader loader.img --firmware firmware.img --root-key root --no-identity "
               "--devices /mnt/devices")

        def inside(size, script):
            return subprocess.run(["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o size={size} t /mnt; {script}"], cwd=self.dir,
                                  env=self.env, capture_output=True, text=True)
        done = inside("2m", f"{new}; echo $?; ls -A /mnt/devices")
        self.assertEqual(done.stdout, "1\n", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        self.assertIn("no room for the flash", done.stderr)
        # A device is there, then the disk fills up: the update still goes in, and is reported so.
        self.sign(version="1.3.0", output="next.img")
        done = inside("8m", f"{new}; cat /dev/zero > /mnt/full 2>/dev/null; "
                      f"{HOLDFAST} device install d1 next.img -q --devices /mnt/devices; echo $?")
        self.assertEqual((done.stdout, done.stderr), ("0\n", ""))

    def test_a_name_is_never_half_made(self):
        for i in range(12):
            process = subprocess.Popen([HOLDFAST, "key", "new", f"k{i}", "-q"], cwd=self.dir, env=self.env)
            time.sleep(0.01 + 0.04 * i)
            process.send_signal((signal.SIGINT, signal.SIGTERM, signal.SIGHUP)[i % 3])
            process.wait()
            self.assertIn(len(list(self.keys.glob(f"k{i}.*"))), (0, 6))
        self.no_leftovers(self.keys)

    def test_folders_of_killed_makers_are_swept(self):
        self.device("d1")
        stale = self.devices / ".new-stale1"
        stale.mkdir()
        for name in ("flash.bin", "run.lock", "device.json"):
            (stale / name).write_text("x")
        self.device("d2")
        self.no_leftovers(self.devices)
        for i in range(6):
            process = subprocess.Popen([HOLDFAST, "device", "new", f"x{i}", "-q", "--no-identity", "--rom", "rom.elf", "--loader", "loader.img",
                                        "--firmware", "firmware.img", "--root-key", "root"], cwd=self.dir, env=self.env)
            time.sleep(0.005 * i)
            process.send_signal(signal.SIGINT)
            process.wait()
            if self.devices.exists():
                self.no_leftovers(self.devices)


class Run(Case):
    """device run, with a stand-in for the emulator."""

    def start(self, *words):
        return subprocess.Popen([HOLDFAST, *map(str, words)], cwd=self.dir, env=self.env, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def test_text_timeout_log_and_arguments(self):
        self.device()
        self.fake_emulator("""
            open("args", "w").write("\\n".join(sys.argv))
            for part in ("boot: aaa", "ab", " ready\\n"):
                os.write(1, part.encode()); time.sleep(0.05)
            time.sleep(60)
            """)
        self.assertEqual(self.ok("device", "run", "d1", "--until", "aab ready", "--log", "log"), "boot: aaaab ready\n")
        self.assertEqual((self.dir / "log").read_text(), "boot: aaaab ready\n")
        arguments = (self.dir / "args").read_text()
        self.assertIn("mps3-an524,remap=QSPI,memory-backend=nvm", arguments)
        self.assertIn("address=0x50,rom-size=4096,drive=fuses,writable=true", arguments)
        self.assertIn("address=0x51,rom-size=4096,drive=counters,writable=true", arguments)
        self.refused("device", "run", "d1", "--timeout", "1", "--until", "never", "-q", says="'never' was not seen")
        self.assertEqual(self.json("device", "run", "d1", "--timeout", "1", code=1)["end"], "timeout")

    def test_codes_are_explained_and_frames_are_not_shown(self):
        self.device()
        self.fake_emulator("""
            def frame(kind, body):
                data = bytes([kind, 0]) + struct.pack("<H", len(body)) + body
                os.write(1, b"\\xa5\\x5a" + data + struct.pack("<I", zlib.crc32(data)))
            os.write(1, b"S 494d0001\\nS 494d0001\\nnot S 494d0001\\nR 42540002\\n")
            for i in range(2): frame(1, struct.pack("<II16sIII", 1, 0x42540002, b"thermo", 1, 0, 1 << 20))
            os.write(1, b"ROM 42540001\\r\\n"); time.sleep(60)
            """)
        done = self.run_tool("device", "run", "d1", "--timeout", "1", "--log", "log")
        self.assertEqual(done.stdout, "S 494d0001\nS 494d0001\nnot S 494d0001\nR 42540002\nROM 42540001\r\n".replace("\r\n", "\n"))
        self.assertEqual(done.stderr.splitlines(), [
            "(waiting for recovery: holdfast device recover d1 IMAGE)",
            "(S 494d0001: payload does not match its digest)", "(R 42540002: no firmware slot is good)",
            "(ROM 42540001: no loader copy is good)", "holdfast: time is up"])
        self.assertEqual((self.dir / "log").read_bytes().count(b"\xa5\x5a"), 2)
        self.refused("device", "run", "d1", "--timeout", "1", "-q", says="time is up")

    def test_fuses_are_frozen_when_secured_or_retired(self):
        self.device("d1", "--lifecycle", "secured")
        self.device("d2")
        self.ok("device", "retire", "d2")
        self.fake_emulator("""print(" ".join(sys.argv), flush=True)""")
        for name in ("d1", "d2"):
            self.assertIn("drive=fuses,writable=false", self.ok("device", "run", name))

    def test_emulator_troubles(self):
        self.device()
        self.fake_emulator("""sys.exit("no such machine")""")
        self.refused("device", "run", "d1", says="no such machine")
        self.fake_emulator("""os.abort()""")
        self.refused("device", "run", "d1", says="locked up")
        self.fake_emulator("""print("bye", flush=True)""")
        self.assertEqual(self.ok("device", "run", "d1"), "bye\n")
        self.refused("device", "run", "d1", "--until", "hello", says="ended before")
        self.env["PATH"] = "/nonexistent"
        self.refused("device", "run", "d1", says="apt install")

    def test_an_emulator_that_was_killed_is_told_so(self):
        self.device()
        self.fake_emulator("""sys.stderr.write("warning: nic has no peer\\n"); sys.stderr.flush(); os.kill(os.getpid(), 9)""")
        self.refused("device", "run", "d1", says="ended from outside, by signal 9")

    def test_counts_restarts(self):
        self.device()
        self.fake_emulator("""
            fd = int([a for a in sys.argv if a.startswith("socket,id=control,fd=")][0].split("=")[-1])
            os.read(fd, 100)
            for i in range(3):
                os.write(1, b"boot %d\\n" % i); time.sleep(0.1)
                os.write(fd, b'{"timestamp": {}, "event": "RESET", "data": {"guest": true, "reason": "guest-reset"}}\\r\\n')
                time.sleep(0.1)
            time.sleep(60)
            """)
        result = self.json("device", "run", "d1", "--reboots", "1", "--log", "log")
        self.assertEqual((result["restarts"], result["end"]), (2, "restarts"))
        self.assertEqual((self.dir / "log").read_text(), "boot 0\nboot 1\n")

    def test_one_run_at_a_time_and_the_lock_outlives_us(self):
        self.device()
        self.fake_emulator("""
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            open("pid", "w").write(str(os.getpid()))
            print("up", flush=True); time.sleep(60)
            """)
        first = self.start("device", "run", "d1")
        self.assertEqual(first.stdout.readline(), "up\n")
        for words in (("device", "run", "d1"), ("device", "retire", "d1"), ("device", "remove", "d1"),
                      ("device", "install", "d1", "firmware.img"),
                      ("key", "revoke", "root", "--device", "d1"), ("device", "recover", "d1", "firmware.img")):
            self.refused(*words, says="is running")
        self.assertTrue(self.json("device", "info", "d1")["running"])
        pid = int((self.dir / "pid").read_text())
        first.kill()  # kill -9: the emulator must not stay behind
        first.communicate()
        for _ in range(100):
            try:
                os.kill(pid, 0)
            except ProcessLookupError:
                break
            time.sleep(0.02)
        else:
            self.fail("the emulator outlived holdfast")
        self.assertFalse(self.json("device", "info", "d1")["running"])

    def test_ctrl_c_ends_and_reaps_even_a_stubborn_emulator(self):
        self.device()
        self.fake_emulator("""
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            open("pid", "w").write(str(os.getpid()))
            print("up", flush=True); time.sleep(60)
            """)
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("device", "run", "d1")
            self.assertEqual(process.stdout.readline(), "up\n")
            process.send_signal(number)
            process.communicate(timeout=10)
            self.assertEqual(process.returncode, -signal.SIGINT if number == signal.SIGINT else 0)  # a script stops too
            with self.assertRaises(ProcessLookupError):
                os.kill(int((self.dir / "pid").read_text()), 0)

    def test_broken_pipe_ends_the_run(self):
        self.device()
        self.fake_emulator("""
            while True: print("noise" * 1000, flush=True)
            """)
        process = self.start("device", "run", "d1")
        process.stdout.read(10)
        process.stdout.close()
        self.assertEqual(process.wait(10), 1)
        process.stderr.close()


FAKE_RECOVERY = """
    # The device's side of boot/common/recovery_protocol.h, with a bad line: it loses and repeats.
    image, wanted, buffer, chunks = b"", 0, b"", 0
    def frame(kind, body):
        data = bytes([kind, 0]) + struct.pack("<H", len(body)) + body
        os.write(1, b"\\xa5\\x5a" + data + struct.pack("<I", zlib.crc32(data)))
    os.write(1, b"loader: recovery\\n")
    frame(1, struct.pack("<II16sIII", 1, 0x42540002, b"thermo", 1, 0, 1 << 20))
    while True:
        got = os.read(0, 4096)
        if not got: sys.exit(0)
        buffer += got
        while len(buffer) >= 6 and len(buffer) >= 10 + struct.unpack_from("<H", buffer, 4)[0]:
            size = struct.unpack_from("<H", buffer, 4)[0]
            data, crc = buffer[2:6 + size], struct.unpack_from("<I", buffer, 6 + size)[0]
            buffer = buffer[10 + size:]
            assert zlib.crc32(data) == crc
            chunks += 1
            offset = struct.unpack_from("<I", data, 4)[0]
            if LOSE and chunks == 2: continue              # lost: the host must repeat
            if offset == len(image): image += data[8:]
            if REFUSE and len(image) >= 4096: frame(3, struct.pack("<I", REFUSE)); continue
            if len(image) == TOTAL:
                open("received", "wb").write(image); frame(4, b""); time.sleep(60)
            os.write(1, b"...\\n"); frame(2, struct.pack("<I", len(image)))
    """


class Recover(Case):
    def fake(self, lose=False, refuse=0):
        total = (self.dir / "firmware.img").stat().st_size
        self.fake_emulator(f"LOSE, REFUSE, TOTAL = {lose}, {refuse}, {total}\n" + textwrap.dedent(FAKE_RECOVERY))

    def test_sends_the_image_over_a_bad_line(self):
        self.device()
        self.fake(lose=True)
        done = self.run_tool("device", "recover", "d1", "firmware.img", "--timeout", "20")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.dir / "received").read_bytes(), (self.dir / "firmware.img").read_bytes())
        self.assertIn("loader: recovery\n...\n", done.stdout)
        self.assertIn("Sending: 90%", done.stderr)

    def test_refusal_is_told(self):
        self.device()
        self.fake(refuse=0x53470002)
        result = self.json("device", "recover", "d1", "firmware.img", code=1)
        self.assertEqual(result["status"], "BOOT_SIG_P256")

    def test_rom_that_gave_up(self):
        self.device()
        self.fake_emulator("""print("ROM 42540001", flush=True); time.sleep(60)""")
        self.refused("device", "recover", "d1", "firmware.img", says="no loader copy is good")
        self.assertIn("holdfast device install d1 LOADER",
                      self.json("device", "recover", "d1", "firmware.img", code=1)["error"])

    def test_what_cannot_help_is_not_sent(self):
        self.device()
        self.fake_emulator("""open("started", "w")""")
        whole = (self.dir / "firmware.img").read_bytes()
        for bytes_, says in ((whole[:-1], "is cut short"), (whole[:4096], "is cut short"), (whole[:1000], "is cut short"),
                             (whole + b"x", "is longer"), (b"x" * 5000, "not an image"), (b"x", "not an image")):
            (self.dir / "odd.img").write_bytes(bytes_)
            self.refused("device", "recover", "d1", "odd.img", says=says)
        self.refused("device", "recover", "d1", "loader.img", says="this is a loader; recovery takes firmware")
        self.assertFalse((self.dir / "started").exists())

    def test_device_that_does_not_ask(self):
        self.device()
        self.fake_emulator("""print("firmware runs", flush=True); time.sleep(60)""")
        self.refused("device", "recover", "d1", "firmware.img", "--timeout", "1", says="did not ask")
        self.refused("device", "recover", "d1", "absent", says="cannot read")
        self.refused("device", "recover", "d1", ".", says="directory")


@unittest.skipUnless(shutil.which("qemu-system-arm") and (BOARD_BUILD / "boot/rom.elf").exists()
                     and (BOARD_BUILD / "boot/loader.elf").exists(), "needs qemu-system-arm and a build of an524")
class Real(Case):
    """The real ROM and loader in the real emulator; the firmware is 16 instructions, made here."""

    # Thumb: writes 'U', 'P', LF to the console UART (0x51303000), then loops.
    CODE = struct.pack("<18H", 0x4807, 0x2110, 0x6101, 0x2103, 0x6081, 0x2155, 0x6001, 0x2150, 0x6842, 0x07D2, 0xD4FC, 0x6001,
                       0x210A, 0x6842, 0x07D2, 0xD4FC, 0x6001, 0xE7FE)

    def setUp(self):
        super().setUp()
        code = bytearray(self.CODE)
        struct.pack_into("<H", code, 0, 0x4800 | 8)  # ldr r0, [pc, #32]: the word at 36
        program = struct.pack("<II", 0x38010000, FIRMWARE_BASE + 0x81).ljust(128, b"\0") + bytes(code) + struct.pack("<I", 0x51303000)
        (self.dir / "fw.elf").write_bytes(elf(FIRMWARE_BASE + 0x81, [(FIRMWARE_BASE, program)]))
        shutil.copy(BOARD_BUILD / "boot/loader.elf", self.dir / "loader.elf")
        self.device("d1", rom=BOARD_BUILD / "boot/rom.elf")

    def test_boots_reverts_and_recovers(self):
        self.ok("device", "run", "d1", "--until", "UP\n", "--timeout", "30")
        bad = bytearray((self.dir / "firmware.img").read_bytes())
        bad[-1] ^= 1
        (self.dir / "bad.img").write_bytes(bad)
        self.ok("device", "install", "d1", "bad.img", "--unchecked")
        self.assertIn("494d0001", self.ok("device", "run", "d1", "--until", "UP\n", "--timeout", "30"))
        journal = self.json("device", "info", "d1")["journal"]
        self.assertEqual((journal["active"], journal["rejected"], journal["revert_reason"]), ("A", "B", "BOOT_PAYLOAD_DIGEST"))
        for slot in "AB":
            self.ok("device", "install", "d1", "bad.img", "--unchecked", "--slot", slot, "--active")
        self.refused_recovery("bad.img", "BOOT_PAYLOAD_DIGEST")
        self.ok("device", "recover", "d1", "firmware.img", "--timeout", "60")
        self.ok("device", "run", "d1", "--until", "UP\n", "--timeout", "30")

    def refused_recovery(self, image, status):
        self.assertEqual(self.json("device", "recover", "d1", image, "--timeout", "60", code=1)["status"], status)

    def test_retired_device_boots_nothing(self):
        self.ok("device", "retire", "d1")
        done = self.run_tool("device", "run", "d1", "--until", "UP\n", "--timeout", "2")
        self.assertEqual(done.returncode, 1)
        self.assertNotIn("UP", done.stdout)


if __name__ == "__main__":
    unittest.main()
