"""`holdfast device new`, from blank to secured."""
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

import recovery_client
from device import Device
from factory_client import BEGIN, CERTIFICATE, ENDPOINT, HELLO, TRUST_ANCHOR_0, FactoryClient
from workshop import DEVELOPMENT, HOLDFAST, PRODUCT, Refused, Workshop

SEED = 20261122
SETTLED = "settled"  # what the test firmware says when it is up
HUK = slice(320, 384)  # hardware unique key and device secret, in fuses.bin
SECURED_MARK = slice(4, 8)


def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, capture_output=True, check=True).stdout


class FactoryTest(unittest.TestCase):
    """A workshop with production keys, whose images every test uses."""

    @classmethod
    def setUpClass(cls):
        cls.workshop = Workshop()
        cls.addClassCleanup(cls.workshop.close)
        for key in ("root", "firmware", "other"):
            cls.workshop.key(key, development=False)
        cls.loader = cls.workshop.save(cls.workshop.loader())
        cls.firmware = cls.workshop.save(cls.workshop.firmware())
        cls.home = os.path.join(cls.workshop.folder, "home")
        cls.environment = dict(os.environ, HOLDFAST_HOME=cls.home)

    # ---- the command ----

    @classmethod
    def words(cls, name, *more, **changed):
        """`device new` and what it needs. changed: options by name, with underscores."""
        options = {"rom": os.path.join(DEVELOPMENT, "boot/rom.elf"), "loader": cls.loader, "firmware": cls.firmware,
                   "root_key": "root", "product": PRODUCT, "hardware_revision": "3", **changed}
        return ["device", "new", name, *(word for option, value in options.items()
                                         for word in ("--" + option.replace("_", "-"), value)), *map(str, more)]

    @classmethod
    def new(cls, name, *more, **changed):
        return cls.workshop.holdfast(*cls.words(name, *more, **changed))

    def assert_refused(self, words, says):
        with self.assertRaises(Refused) as refused:
            self.workshop.holdfast(*words)
        self.assertIn(says, refused.exception.result["error"])

    def start(self, name, *more):
        return subprocess.Popen([HOLDFAST, *self.words(name, *more)], env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    # ---- what came of it ----

    def device(self, name):
        return Device(os.path.join(self.home, "devices", name))

    def description(self, name):
        return json.loads(self.device(name).read("device.json"))

    def is_there(self, name):
        return os.path.exists(os.path.join(self.home, "devices", name))

    def certificates(self, thing):
        return [c for c in self.workshop.holdfast("ca", "list")["certificates"] if c["thing"] == thing]

    def certificate(self, thing):
        """File of the one live certificate of a thing."""
        live = [c["serial"] for c in self.certificates(thing) if not c["revoked"]]
        self.assertEqual(len(live), 1, live)
        return os.path.join(self.home, "ca/device/issued", live[0] + ".pem")

    def public_key(self, thing):
        return openssl("x509", "-in", self.certificate(thing), "-noout", "-pubkey")

    def key_in_device(self, name):
        """The device's own public key, asked of itself; None when it has made none yet. As the command, this gives a device
        that does not greet a second power-on: on a busy machine its noise source can be late, and then it serves nobody."""
        for _ in range(2):
            with self.device(name).power_on() as emulator:
                client = FactoryClient(emulator)
                hello = client.hello(gives_up_at=SETTLED)
                if hello and not hello["has_key"]:
                    return None
                if hello:
                    return openssl("req", "-inform", "DER", "-noout", "-pubkey", data=client.csr(name))
        raise AssertionError(f"{name} does not greet: {emulator.text()}")

    def assert_complete(self, name, lifecycle="secured"):
        info = self.workshop.holdfast("device", "info", name)
        self.assertEqual(info["lifecycle"], lifecycle)
        self.assertTrue(info["identity"]["finished"])
        self.assertIn(info["identity"]["certificate_serial"], self.certificate(info["identity"]["thing"]))
        openssl("verify", "-x509_strict", "-purpose", "sslclient", "-CAfile",
                os.path.join(self.home, "ca/device/certificate.pem"), self.certificate(info["identity"]["thing"]))
        self.assertEqual([f for f in os.listdir(self.device(name).folder) if f.startswith(".")], [])
        return info


class Flow(FactoryTest):
    def test_a_blank_device_becomes_a_secured_one_with_an_identity(self):
        made = self.new("flow")
        info = self.assert_complete("flow")
        self.assertEqual((made["lifecycle"], made["thing"], made["endpoint"]), ("secured", "flow", "localhost:8883"))
        self.assertEqual(made["certificate_sha256"], info["identity"]["certificate_sha256"])
        self.assertEqual(self.device("flow").read("fuses.bin")[SECURED_MARK], b"\xa5" * 4)
        self.device("flow").console(SETTLED)

    def test_a_secured_device_does_not_listen_to_the_factory(self):
        self.new("deaf")
        with self.device("deaf").power_on() as emulator:
            emulator.send(recovery_client.frame(BEGIN, b"") * 50)
            emulator.wait_for(SETTLED)
            self.assertNotIn(recovery_client.SYNC + bytes([HELLO]), emulator.output)
        self.new("hears", lifecycle="factory")
        with self.device("hears").power_on() as emulator:  # so that it is known that this would be seen
            emulator.send(recovery_client.frame(BEGIN, b"") * 50)
            self.assertTrue(FactoryClient(emulator).hello(gives_up_at=SETTLED)["complete"])

    def test_a_device_can_keep_its_factory_state(self):
        self.new("open", lifecycle="factory")
        self.assert_complete("open", "factory")
        self.assertEqual(self.device("open").read("fuses.bin")[SECURED_MARK], bytes(4))
        self.assertEqual(self.key_in_device("open"), self.public_key("open"))
        self.assert_refused(self.words("open", lifecycle="factory"), "exists already and is complete")
        self.assert_refused(self.words("open"), "made with another --lifecycle")

    def test_development_keys_leave_it_in_factory_state(self):
        self.workshop.key("dev")
        loader = self.workshop.save(self.workshop.loader(key="dev"))
        self.new("devel", loader=loader, root_key="dev")
        self.assert_complete("devel", "factory")
        self.assert_refused(self.words("x", loader=loader, root_key="dev", lifecycle="secured"), "development key")

    def test_thing_names_from_1_to_128_characters(self):
        for thing in ("t", "a" * 64, "b" * 65, "Thing:with_all-kinds", "c" * 128):
            name = f"thing-{len(thing)}"
            self.new(name, "--thing", thing)
            self.assert_complete(name)
            subject = openssl("x509", "-in", self.certificate(thing), "-noout", "-subject", "-nameopt", "multiline").decode()
            self.assertEqual(subject.split(), ["subject=", "commonName", "=", thing])

    def test_endpoint_server_cas_and_days(self):
        made = []
        for i, curve in enumerate(("P-256", "P-384", "P-256", "P-256")):
            key, pem, der = (self.workshop.path(suffix) for suffix in (".key", ".pem", ".der"))
            openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-nodes", "-keyout", key,
                    "-out", pem, "-subj", f"/CN=CA {i}", "-days", "10")
            openssl("x509", "-in", pem, "-outform", "DER", "-out", der)
            made.append(der if i % 2 else pem)
        options = [word for file in made for word in ("--server-ca", file)]
        self.new("far", "--endpoint", "broker.example:443", "--certificate-days", 30, *options)
        info = self.assert_complete("far")
        self.assertEqual(info["identity"]["endpoint"], "broker.example:443")
        self.assertEqual(len(self.description("far")["identity"]["server_cas"]), 4)
        self.assertNotIn("9999", openssl("x509", "-in", self.certificate("far"), "-noout", "-enddate").decode())
        self.assert_refused(self.words("x", "--server-ca", made[0], "--server-ca", made[0]), "given twice")
        with open(made[0], "ab") as both, open(made[2], "rb") as second:
            both.write(second.read())
        self.assert_refused(self.words("x", "--server-ca", made[0]), "more than one certificate")
        self.assert_refused(self.words("x", "--server-ca", self.certificate("far")), "not the certificate of a CA")
        self.assert_refused(self.words("x", "--server-ca", self.loader), "not a certificate")
        self.assertFalse(self.is_there("x"))

    def test_secrets_are_in_no_output(self):
        process = self.start("quiet")
        said = "".join(process.communicate())
        self.assertEqual(process.returncode, 0, said)
        secret = self.device("quiet").read("fuses.bin")[HUK]
        for words in (("device", "info", "quiet"), ("otp", "show", "quiet"), ("ca", "list"), ("ca", "show")):
            said += json.dumps(self.workshop.holdfast(*words))
        for half in (secret[:32], secret[32:]):
            self.assertNotEqual(half, bytes(32))
            self.assertNotIn(half.hex(), said.lower())


class Killed(FactoryTest):
    """SIGKILL at moments spread over the time the command takes, then the same command again."""
    moments = 20

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        begin = time.monotonic()
        cls.new("measure")
        cls.takes = time.monotonic() - begin
        cls.random = random.Random(SEED)

    def delay(self, i):
        """The i-th moment, somewhere in its share of the time."""
        return self.takes * 1.1 * (i + self.random.random()) / self.moments

    def complete(self, name):
        """Runs the command again; the key the device had before is the one it has in the end. What was found half-way."""
        half_way = "absent"
        key = None
        if self.is_there(name):
            finished = self.description(name)["identity"]["finished"]
            secured = self.device(name).read("fuses.bin")[SECURED_MARK] != bytes(4)
            half_way = "finished" if finished else "secured" if secured else "unfinished"
            if half_way == "unfinished":
                time.sleep(0.1)  # the emulator is ended by the kernel, a moment after the command
                key = self.key_in_device(name)
                half_way = "with a key" if key else half_way
        recorded = [c["sha256"] for c in self.certificates(name)]
        if half_way == "finished":
            self.assert_refused(self.words(name), "complete and secured")
        else:
            self.new(name)
        self.assert_complete(name)
        self.assertEqual(len(self.certificates(name)), 1)
        if recorded:
            self.assertEqual([c["sha256"] for c in self.certificates(name)], recorded)
        if key:
            self.assertEqual(self.public_key(name), key)
        self.device(name).console("signs")  # with the key of its certificate
        return half_way

    def test_the_command_killed_at_any_moment(self):
        seen = []
        for i in range(self.moments):
            process = self.start(f"cut-{i}")
            time.sleep(self.delay(i))
            process.kill()
            process.communicate()
            seen.append(self.complete(f"cut-{i}"))
        self.assertGreater(len(set(seen)), 1, seen)

    def test_the_emulator_killed_at_any_moment(self):
        failures = 0
        for i in range(self.moments):
            name = f"emu-{i}"
            process = self.start(name)
            time.sleep(self.delay(i))
            with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
                for child in file.read().split():
                    os.kill(int(child), signal.SIGKILL)
            _, said = process.communicate(timeout=60)
            if process.returncode != 0:
                failures += 1
                self.assertEqual((process.returncode, len(said.splitlines())), (1, 1), said)
            self.complete(name)
        self.assertGreater(failures, 0)

    def test_the_command_killed_after_the_certificate_was_recorded(self):
        """The late moments, found by what has happened and not by the clock."""
        issued = os.path.join(self.home, "ca/device/issued")
        seen = []
        for i in range(self.moments // 2):
            before = len(os.listdir(issued))
            process = self.start(f"late-{i}")
            while len(os.listdir(issued)) == before and process.poll() is None:
                time.sleep(0.001)
            time.sleep(self.random.random() * self.takes / 3)
            process.kill()
            process.communicate()
            seen.append(self.complete(f"late-{i}"))
        self.assertIn("with a key", seen)

    def test_interrupted_by_ctrl_c(self):
        for i in range(6):
            process = self.start(f"int-{i}")
            time.sleep(self.takes * i / 6)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=60)
            self.complete(f"int-{i}")


class Refusals(FactoryTest):
    def unfinished(self, name, *more):
        """A device whose factory was stopped before its emulator had run."""
        folder = os.path.join(self.workshop.folder, "no-emulator")
        os.makedirs(folder, exist_ok=True)
        program = os.path.join(folder, "qemu-system-arm")
        with open(program, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\necho broken >&2\nexit 1\n")
        os.chmod(program, 0o755)
        environment = dict(self.environment, PATH=f"{folder}:{os.environ['PATH']}")
        done = subprocess.run([HOLDFAST, *self.words(name, *more)], env=environment, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (1, "holdfast: the emulator failed: broken\n"))

    def test_a_secured_device_is_refused_and_untouched(self):
        self.new("done")
        before = [self.device("done").read(f) for f in ("fuses.bin", "counters.bin", "device.json")]
        self.assert_refused(self.words("done"), "exists already and is complete and secured")
        self.assert_refused(self.words("done", "--no-identity"), "exists already")
        self.assertEqual(before, [self.device("done").read(f) for f in ("fuses.bin", "counters.bin", "device.json")])

    def test_a_device_without_identity_is_complete(self):
        self.new("bare", "--no-identity")
        self.assertEqual(self.description("bare"), {"format": 1, "board": "an524"})
        self.assert_refused(self.words("bare", lifecycle="factory"), "exists already and is complete")

    def test_only_the_options_it_was_begun_with_complete_a_device(self):
        self.unfinished("half")
        self.assertFalse(self.description("half")["identity"]["finished"])
        rom = self.workshop.path(".elf")
        shutil.copy(os.path.join(DEVELOPMENT, "boot/rom.elf"), rom)
        with open(rom, "ab") as file:
            file.write(b"other")
        other_loader = self.workshop.save(self.workshop.loader("1.0.1"))
        other_root = self.workshop.save(self.workshop.loader(key="other"))
        other_firmware = self.workshop.save(self.workshop.firmware("1.0.1"))
        for option, words in {
                "--thing": self.words("half", "--thing", "other"), "--endpoint": self.words("half", "--endpoint", "h:1"),
                "--lifecycle": self.words("half", lifecycle="factory"), "--policy": self.words("half", policy="p256"),
                "--hardware-revision": self.words("half", hardware_revision="4"), "--serial": self.words("half", "--serial", "S"),
                "--root-key": self.words("half", loader=other_root, root_key="other"),
                "--no-identity": self.words("half", "--no-identity"),
                "--loader": self.words("half", loader=other_loader), "--firmware": self.words("half", firmware=other_firmware),
                "--rom": self.words("half", rom=rom)}.items():
            self.assert_refused(words, f"unfinished, made with another {option}")
        self.new("half")
        self.assert_complete("half")

    def test_a_thing_name_is_given_once(self):
        self.new("first", "--thing", "shared")
        self.assert_refused(self.words("second", "--thing", "shared"), "holdfast ca revoke shared")
        self.assertFalse(self.is_there("second"))
        # Also when the other came first while this one was unfinished.
        self.unfinished("third", "--thing", "late")
        self.new("fourth", "--thing", "late")
        self.assert_refused(self.words("third", "--thing", "late"), "for another key")
        self.assertEqual(self.description("third")["identity"]["finished"], False)
        self.workshop.holdfast("ca", "revoke", "late")
        self.new("third", "--thing", "late")
        self.assert_complete("third")
        self.assertEqual([c["revoked"] for c in self.certificates("late")], [True, False])
        self.assertTrue(self.workshop.holdfast("device", "info", "fourth")["identity"]["revoked"])

    def test_a_broker_with_the_list_refuses_a_revoked_device_and_no_other(self):
        for name in ("lost", "kept"):
            self.new(name)
        lost, kept = self.certificate("lost"), self.certificate("kept")
        ca, crl = os.path.join(self.home, "ca/device/certificate.pem"), self.workshop.path(".crl")
        self.workshop.holdfast("ca", "revoke", "lost")
        with open(crl, "w", encoding="ascii") as file:
            file.write(self.workshop.holdfast("ca", "show", "device", "--crl")["crl"])
        words = ("verify", "-x509_strict", "-purpose", "sslclient", "-crl_check", "-CAfile", ca, "-CRLfile", crl)
        openssl(*words, kept)
        with self.assertRaises(subprocess.CalledProcessError) as refused:
            openssl(*words, lost.replace("issued", "revoked"))
        self.assertIn(b"certificate revoked", refused.exception.stderr)

    def test_certificates_are_listed_by_thing_with_their_device(self):
        self.new("zulu", "--serial", "Z-1")
        self.new("alpha", "--serial", "A-1")
        listed = [c for c in self.workshop.holdfast("ca", "list")["certificates"] if c["thing"] in ("alpha", "zulu")]
        self.assertEqual([(c["thing"], c["device"], c["device_serial"]) for c in listed],
                         [("alpha", "alpha", "A-1"), ("zulu", "zulu", "Z-1")])
        point = openssl("pkey", "-pubin", "-outform", "DER", data=self.public_key("alpha"))[-65:]
        self.assertEqual(listed[0]["public_key"], point.hex())

    def test_an_unfinished_device_is_told_apart_and_can_be_removed(self):
        self.unfinished("left")
        listed = {d["name"]: d for d in self.workshop.holdfast("device", "list")["devices"]}
        self.assertFalse(listed["left"]["finished"])
        shown = subprocess.run([HOLDFAST, "device", "list"], env=self.environment, capture_output=True, text=True, check=True)
        self.assertRegex(shown.stdout, r"left .* unfinished ")
        removed = self.workshop.holdfast("device", "remove", "left")
        self.assertNotIn("certificate_serial", removed)
        self.assertFalse(self.is_there("left"))
        self.new("left")
        self.assert_complete("left")

    def test_the_certificate_of_a_device_that_goes_is_named_and_can_be_revoked(self):
        for name in ("removed", "retired", "at-once"):
            self.new(name)
        for name, command in (("removed", "remove"), ("retired", "retire")):
            serial = os.path.basename(self.certificate(name)).removesuffix(".pem")
            self.assertEqual(self.workshop.holdfast("device", command, name)["certificate_serial"], serial)
            self.assertIn(serial, self.certificate(name))  # still live
        self.assert_refused(self.words("removed"), "holdfast ca revoke removed")
        self.workshop.holdfast("device", "remove", "at-once", "--revoke")
        self.assertEqual([c["revoked"] for c in self.certificates("at-once")], [True])
        self.new("at-once")

    def test_removing_an_unfinished_device_leaves_the_certificate_of_another_alone(self):
        self.unfinished("loser", "--thing", "contested")
        self.new("winner", "--thing", "contested")
        self.workshop.holdfast("device", "remove", "loser", "--revoke")
        self.assertEqual([c["revoked"] for c in self.certificates("contested")], [False])

    def test_no_second_ca_is_made_because_the_first_is_not_where_it_was(self):
        self.new("known")
        self.assert_refused(self.words("stray", "--ca", os.path.join(self.home, "mistyped")), "has a certificate of one; is that the right folder?")
        self.assertFalse(self.is_there("stray"))
        self.assertFalse(os.path.exists(os.path.join(self.home, "mistyped/device/key.pem")))
        self.workshop.holdfast("ca", "new", "device", "--ca", os.path.join(self.home, "mistyped"))  # when it is meant
        self.new("stray", "--ca", os.path.join(self.home, "mistyped"))
        self.workshop.holdfast("device", "remove", "stray")

    def test_a_retired_device_is_refused(self):
        self.unfinished("gone")
        self.workshop.holdfast("device", "retire", "gone")
        self.assert_refused(self.words("gone"), "is retired")


    def visit(self, name, certificate):
        """A stranger speaks with the unfinished device first, and gives it what is his."""
        with self.device(name).power_on() as emulator:
            client = FactoryClient(emulator)
            self.assertIsNotNone(client.hello(gives_up_at=SETTLED))
            key = openssl("req", "-inform", "DER", "-noout", "-pubkey", data=client.csr(name))
            client.store(ENDPOINT, b"stranger.example:8883")
            for i in range(4):
                client.store(TRUST_ANCHOR_0 + i, b"stranger's CA")
            if certificate:  # any SEQUENCE with its key in it
                info = openssl("pkey", "-pubin", "-outform", "DER", data=key)
                client.store(CERTIFICATE, bytes([0x30, 0x81, len(info) + 60]) + bytes(60) + info)

    def test_a_device_that_a_stranger_made_complete_is_not_secured(self):
        self.unfinished("met")
        self.visit("met", certificate=True)
        self.assert_refused(self.words("met"), "it refused")
        self.assertEqual(self.device("met").read("fuses.bin")[SECURED_MARK], bytes(4))
        self.assertFalse(self.description("met")["identity"]["finished"])

    def test_an_incomplete_device_that_a_stranger_spoke_with_is_completed(self):
        self.unfinished("seen")
        self.visit("seen", certificate=False)
        self.new("seen")
        self.assert_complete("seen")


class Batch(FactoryTest):
    def test_many_devices_each_with_a_key_of_its_own(self):
        made = self.new("many", "--batch", 3)
        self.assertEqual((made["made"], made["existed"], made["failed"], made["not_started"]), (3, 0, 0, 0))
        self.assertEqual(sorted(d["name"] for d in made["devices"]), ["many-1", "many-2", "many-3"])
        for i in (1, 2, 3):
            self.assert_complete(f"many-{i}")
        self.assertEqual(len({self.public_key(f"many-{i}") for i in (1, 2, 3)}), 3)
        self.assertEqual(len({self.device(f"many-{i}").read("fuses.bin")[HUK] for i in (1, 2, 3)}), 3)

    def test_a_failure_is_named_the_others_go_on_and_the_same_command_completes(self):
        self.new("rival", "--thing", "lot-02")
        with self.assertRaises(Refused) as refused:
            self.new("lot", "--batch", 10)
        result = refused.exception.result
        self.assertEqual((result["made"], result["failed"]), (9, 1))
        failed = [d for d in result["devices"] if not d["ok"]]
        self.assertEqual([d["name"] for d in failed], ["lot-02"])
        self.assertIn("belongs to another device", failed[0]["error"])
        keys = {name: self.public_key(name) for name in ("lot-01", "lot-10")}
        self.workshop.holdfast("ca", "revoke", "lot-02")
        again = self.new("lot", "--batch", 10)
        self.assertEqual((again["made"], again["existed"], again["failed"]), (1, 9, 0))
        self.assertEqual(sorted(d["name"] for d in again["devices"] if not d["existed"]), ["lot-02"])
        self.assert_complete("lot-02")
        self.assertEqual(keys, {name: self.public_key(name) for name in keys})

    def test_a_batch_that_was_killed_or_interrupted_is_completed(self):
        for i in range(4):
            process = self.start(f"cut{i}", "--batch", 4)
            time.sleep(0.15 + 0.2 * i)
            process.send_signal((signal.SIGKILL, signal.SIGINT)[i % 2])
            process.communicate(timeout=60)
            time.sleep(0.1)
            again = self.new(f"cut{i}", "--batch", 4)
            self.assertEqual(again["made"] + again["existed"], 4)
            for n in range(1, 5):
                self.assert_complete(f"cut{i}-{n}")

    def test_each_device_is_told_with_the_fields_of_the_single_form(self):
        one = self.new("single")
        made = self.new("told", "--batch", 2)["devices"]
        for device in made:
            self.assertEqual(set(device), set(one) | {"existed"})
            self.assertEqual(device["serial"], self.workshop.holdfast("otp", "show", device["name"])["serial"])
            self.assertIn(device["certificate_serial"], self.certificate(device["thing"]))
        again = self.new("told", "--batch", 2)["devices"]
        self.assertEqual({d["name"]: d["certificate_sha256"] for d in again}, {d["name"]: d["certificate_sha256"] for d in made})
        self.assertTrue(all(d["existed"] for d in again))

    def test_what_an_interruption_kept_from_beginning_is_counted_apart(self):
        process = self.start("many", "--batch", 40, "--json")
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=60)
        result = json.loads(said)
        self.assertFalse(result["ok"])
        self.assertGreater(result["not_started"], 0)
        self.assertEqual(result["made"] + result["failed"] + result["not_started"], 40)
        self.assertEqual(len(result["devices"]), result["made"] + result["failed"])

    def test_what_is_wrong_for_all_is_said_once(self):
        self.assert_refused(self.words("none", "--batch", 3, product="thermo"), "another product")
        self.assertFalse([d for d in os.listdir(os.path.join(self.home, "devices")) if d.startswith("none")]
                         if os.path.isdir(os.path.join(self.home, "devices")) else [])
