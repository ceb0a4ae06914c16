"""The demo product and its broker: from the device's key in the secure world to telemetry at the other side of a real mosquitto."""
import contextlib
import json
import os
import time

from boardtest import BoardTest
from broker import WATCHER, Authority, Broker, Watcher, free_port
from device import Device
from workshop import DEVELOPMENT, PRODUCT

THING = "lamp-7"
CAPTURE = "wire.pcap"
NETWORK = ("-nic", "user,id=net0,model=lan9118", "-object", f"filter-dump,id=dump,netdev=net0,file={CAPTURE}")
PROGRAM = os.path.join(DEVELOPMENT, "app/app.elf")
SECONDS = 30


class Console:
    """Waits for lines of a device that come after those that were waited for."""

    def __init__(self, emulator):
        self.emulator, self.seen = emulator, 0

    def wait_for(self, text):
        """The line with that text."""
        deadline = time.monotonic() + SECONDS
        while True:
            at = self.emulator.output.find(text.encode(), self.seen)
            end = self.emulator.output.find(b"\n", at)
            if at >= 0 and end >= 0:
                begin = self.emulator.output.rfind(b"\n", 0, at) + 1
                self.seen = end
                return self.emulator.output[begin:end].decode().strip()
            if not self.emulator.read_more(deadline):
                self.emulator.fail_waiting(f"no '{text}' after {self.seen} bytes")


class BrokerTest(BoardTest):
    development_keys = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.port = free_port()
        cls.workshop.holdfast("device", "new", "board", "--rom", os.path.join(DEVELOPMENT, "boot/rom.elf"),
                              "--loader", cls.workshop.save(cls.workshop.loader()),
                              "--firmware", cls.workshop.save(cls.workshop.firmware(program=PROGRAM)), "--root-key", "root",
                              "--product", PRODUCT, "--hardware-revision", 3, "--thing", THING,
                              "--endpoint", f"localhost:{cls.port}")
        home = os.path.join(cls.workshop.folder, "home")
        cls.device = Device(os.path.join(home, "devices/board"))
        cls.device.save()
        cls.devices, cls.servers = (Authority(os.path.join(home, "ca", kind)) for kind in ("device", "server"))
        cls.own = cls.servers.certify(cls.workshop.path(""), "localhost", "serverAuth")
        cls.watcher = cls.devices.certify(cls.workshop.path(""), WATCHER, "clientAuth")

    def setUp(self):
        self.device.restore()

    def broker(self, own=None, devices=None):
        """own: its certificate and key; devices: the CA of those it lets in."""
        folder = self.workshop.path("-broker")
        os.mkdir(folder)
        return Broker(folder, self.port, devices or self.devices, own or self.own)

    @contextlib.contextmanager
    def watched(self):
        """A broker and a watcher of it."""
        with self.broker() as broker, Watcher(self.port, self.servers, self.watcher) as watcher:
            yield broker, watcher

    def power_on(self):
        return Console(self.enterContext(self.device.power_on(*NETWORK)))

    def telemetry(self, watcher):
        return json.loads(watcher.message(f"dt/{THING}/telemetry"))

    def assert_answers(self, watcher):
        watcher.publish(f"dt/{THING}/cmd", b"ping")
        self.assertEqual(watcher.message(f"dt/{THING}/answer"), b"pong")

    def test_telemetry_arrives_and_a_command_is_answered(self):
        with self.watched() as (broker, watcher):
            console = self.power_on()
            secured = console.wait_for("TLS 1.3")
            print(secured, flush=True)
            self.assertLess(int(secured.split("handshake ")[1].split()[0]), 1000)  # a wait that nothing ends takes as long
            console.wait_for("app: subscribed")
            said = [self.telemetry(watcher) for _ in range(3)]
            for one in said:
                self.assertEqual((one["firmware"], one["reset"]), ("1.0.0", "power-on"))
            for before, after in zip(said, said[1:]):
                self.assertIn(after["uptime_s"] - before["uptime_s"], (1, 2))
            print(said[-1], flush=True)
            self.assertGreaterEqual(said[-1]["stack_left"], 1024)
            self.assert_answers(watcher)
            self.assertRegex(broker.text(), f"as {THING} .*u'{THING}'")

    def test_nothing_of_what_is_said_is_on_the_wire_in_clear(self):
        with self.watched() as (_, watcher), self.device.power_on(*NETWORK) as emulator:
            Console(emulator).wait_for("app: subscribed")
            self.telemetry(watcher)
            self.assert_answers(watcher)
        wire = self.device.read(CAPTURE)
        self.assertIn(b"localhost", wire)  # the name that is asked for: so it is the wire
        for text in (THING, "MQTT", "uptime_s", "ping", "pong"):
            self.assertNotIn(text.encode(), wire)

    def test_it_comes_back_when_the_broker_does(self):
        with self.broker():
            console = self.power_on()
            console.wait_for("app: subscribed")
        print(console.wait_for("app: not connected"), flush=True)
        console.wait_for("is not reached")
        with self.watched() as (_, watcher):
            console.wait_for("app: connected, session new")
            console.wait_for("app: subscribed")
            self.telemetry(watcher)
            self.assert_answers(watcher)

    def test_a_broker_that_does_not_prove_itself_is_refused_with_the_reason(self):
        other = Authority.new(self.workshop.path("-ca"), "Other CA")
        console = self.power_on()
        for reason, ca, name in (("unknown CA", other, "localhost"), ("wrong name", self.servers, "elsewhere")):
            with self.case(reason), self.broker(ca.certify(self.workshop.path(""), name, "serverAuth")) as broker:
                print(console.wait_for("app: no TLS: " + reason), flush=True)
                console.wait_for("app: not connected")
                self.assertNotIn(f"as {THING} ", broker.text())
        with self.broker():
            console.wait_for("app: connected")

    def test_a_broker_that_does_not_know_the_device_refuses_it_with_the_reason(self):
        with self.broker(devices=Authority.new(self.workshop.path("-ca"), "Other CA")) as broker:
            console = self.power_on()
            print(console.wait_for("our CA is unknown"), flush=True)
            console.wait_for("app: not connected")
            self.assertNotIn(f"as {THING} ", broker.text())

    def test_new_firmware_is_accepted_once_it_has_reached_the_broker(self):
        self.workshop.install(self.device, self.workshop.firmware("1.0.1", program=PROGRAM))
        console = self.power_on()
        console.wait_for("is not reached")
        self.assertNotIn("trial accepted", console.emulator.text())
        with self.watched() as (_, watcher):
            console.wait_for("app: trial accepted")
            self.assertEqual(self.telemetry(watcher)["firmware"], "1.0.1")
