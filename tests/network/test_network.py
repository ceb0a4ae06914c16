"""The network of a product on the board: DHCP, TCP both ways, and everything that can go wrong with the other side."""
import collections
import contextlib
import json
import os
import socket
import struct
import threading
import time
import unittest

from boardtest import BoardTest
from workshop import DEVELOPMENT

HOST = "10.0.2.2"  # the emulator's user network: the host's loopback
DEVICE_ADDRESS = "0f02000a"  # 10.0.2.15, as a little-endian word
NO_LINK, LINK, UP = 1, 2, 3  # network.h
OK, TIMEOUT, NO_SUCH_NAME = 0, 4, 5
CLOSED, RESET = -1, -2  # transport.h
MEGABYTE = 1 << 20
ANSWER_SECONDS = 25

Statistics = collections.namedtuple(
    "Statistics",
    "received receive_errors receive_dropped sent send_errors interrupts no_buffer rests heap heap_peak heap_failures frames "
    "frames_peak frame_failures segments_peak stack_left")
Transfer = collections.namedtuple("Transfer", "sent received wrong status ms")


def pattern(start, size):
    """echo.c, pattern()."""
    blocks = []
    base = bytes(i * 7 & 0xFF for i in range(256))
    for block in range(start >> 8, (start + size + 255) >> 8):
        offset = (block * 13 + (block >> 8) * 31) & 0xFF
        blocks.append(base.translate(bytes((i + offset) & 0xFF for i in range(256))))
    return b"".join(blocks)[start & 0xFF:(start & 0xFF) + size]


class Connected:
    """The device with its line and the emulator's control socket. For a `with` statement."""

    def __init__(self, device):
        self.device = device
        self.emulator = None
        self.closing = []

    def listen(self, name):
        path = self.device.path(name)
        if os.path.exists(path):
            os.unlink(path)
        door = socket.socket(socket.AF_UNIX)
        door.bind(path)
        door.listen(1)
        door.settimeout(ANSWER_SECONDS)
        self.closing.append(door)
        return door

    def accept(self, door):
        line, _ = door.accept()
        line.settimeout(ANSWER_SECONDS)
        self.closing.append(line)
        return line

    def __enter__(self):
        try:
            line, control = self.listen("line"), self.listen("control")
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
                probe.bind(("127.0.0.1", 0))
                self.udp_port = probe.getsockname()[1]
            self.emulator = self.device.power_on(
                "-nic", f"user,id=net0,model=lan9118,hostfwd=udp:127.0.0.1:{self.udp_port}-:9",
                "-chardev", "socket,id=line,path=line", "-serial", "chardev:line",
                "-chardev", "socket,id=control,path=control", "-mon", "chardev=control,mode=control")
            self.line, self.control = self.accept(line), self.accept(control)
            self.lines, self.controls = self.line.makefile("r"), self.control.makefile("r")
            self.closing += [self.lines, self.controls]
            self.controls.readline()  # the greeting
            self.command("qmp_capabilities")
            self.start = self.answer()
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        if self.emulator:
            self.emulator.power_off()
        for thing in self.closing:
            thing.close()

    def command(self, order, **arguments):
        """To the emulator."""
        self.control.sendall(json.dumps({"execute": order, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = json.loads(self.controls.readline())
            if "return" in answer:
                return answer["return"]
            if "error" in answer:
                raise AssertionError(answer)

    def set_link(self, up):
        self.command("set_link", name="net0", up=up)

    def say(self, *words):
        self.line.sendall(" ".join(map(str, words)).encode() + b"\n")

    def answer(self):
        """The answer's words after its name, numbers as such."""
        try:
            text = self.lines.readline()
        except TimeoutError:
            self.emulator.read_more(time.monotonic() + 0.1)
            self.emulator.fail_waiting("no answer on the line")
        return [int(word) if word.lstrip("-").isdigit() and len(word) != 8 else word for word in text.split()[1:]]

    def ask(self, *words):
        self.say(*words)
        return self.answer()

    def open(self, port, timeout_ms=5000):
        return self.ask("open", HOST, port, timeout_ms)[0]

    def transfer(self, send, receive, patience_ms=3000):
        return Transfer(*self.ask("transfer", send, receive, patience_ms))

    def statistics(self):
        return Statistics(*self.ask("statistics"))


class Server:
    """Listens on the host's loopback and lets `serve(connection)` talk to each who comes, in a thread. For a `with` statement."""

    def __init__(self, serve):
        self.serve = serve
        self.trouble = None
        self.door = socket.create_server(("127.0.0.1", 0))
        self.door.settimeout(ANSWER_SECONDS)
        self.port = self.door.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        try:
            connection, _ = self.door.accept()
            connection.settimeout(ANSWER_SECONDS)
            with connection:
                self.serve(connection)
        except Exception as error:  # pylint: disable=broad-except: told by the test
            self.trouble = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join(ANSWER_SECONDS)
        self.door.close()
        if self.trouble and not _[0]:
            raise AssertionError(f"server: {self.trouble!r}")


def take(connection, size):
    """Receives `size` bytes of the pattern."""
    done = 0
    while done < size:
        piece = connection.recv(min(65536, size - done))
        assert piece, f"the device closed after {done} bytes"
        assert piece == pattern(done, len(piece)), f"wrong bytes after {done}"
        done += len(piece)


def give(connection, size):
    connection.sendall(pattern(0, size))


def end(connection):
    """Waits for the other side's end."""
    try:
        return connection.recv(1)
    except ConnectionError:
        return b""


def exchange(connection, receive, send):
    """Both directions at once."""
    sender = threading.Thread(target=give, args=(connection, send))
    sender.start()
    take(connection, receive)
    sender.join()
    end(connection)


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Network(BoardTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        program = os.path.join(DEVELOPMENT, "tests/network/network_echo.elf")
        cls.device = cls.workshop.device(cls.workshop.loader(), cls.workshop.firmware(program=program))

    def setUp(self):
        self.board = self.enterContext(Connected(self.device))
        self.assertEqual(self.board.start, [OK])
        self.assertEqual(self.board.ask("wait", UP, 5000), [1], "no address")
        self.addCleanup(self.judge)

    def judge(self):
        """Whatever a test did: the device has not restarted, and nothing ran out."""
        console = self.board.emulator.text()
        self.assertLessEqual(console.count("loader: starts"), 1, console)
        s = self.board.statistics()
        self.assertEqual((s.heap_failures, s.receive_errors, s.send_errors), (0, 0, 0), s)
        self.assertGreaterEqual(s.stack_left, 512, s)

    def test_the_address_comes_by_dhcp(self):
        self.assertEqual(self.board.ask("state")[:2], [UP, DEVICE_ADDRESS])

    def test_megabytes_go_both_ways_whole(self):
        for name, send, receive in (("receive", 0, 4 * MEGABYTE), ("send", 4 * MEGABYTE, 0), ("both", 2 * MEGABYTE, 2 * MEGABYTE)):
            with self.case(name), Server(lambda c, s=send, r=receive: exchange(c, s, r)) as server:
                self.assertEqual(self.board.open(server.port), 0)
                moved = self.board.transfer(send, receive)
                self.board.ask("close")
                self.assertEqual(moved[:4], (send, receive, 0, 0))
                print(f"{name}: {(send + receive) / 1024 / (moved.ms / 1000):.0f} KB/s", flush=True)
        s = self.board.statistics()
        print(s, flush=True)
        self.assertEqual((s.no_buffer, s.frame_failures), (0, 0), s)

    def test_a_frame_of_odd_pieces_goes_out_whole(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
            receiver.bind(("127.0.0.1", 0))
            receiver.settimeout(5)
            for i in range(3):
                with self.case(i):
                    self.assertEqual(self.board.ask("datagram", HOST, receiver.getsockname()[1]), [0])
                    self.assertEqual(receiver.recv(1000), pattern(0, 1 + 2 + 3 + 4 + 5 + 6))

    def test_an_end_and_a_reset_by_the_server_are_told_apart(self):
        def half(connection, how):
            give(connection, 50000)
            time.sleep(0.3)
            how(connection)

        for name, how, status in (("end", socket.socket.close, CLOSED), ("reset", reset, RESET)):
            with self.case(name), Server(lambda c, h=how: half(c, h)) as server:
                self.assertEqual(self.board.open(server.port), 0)
                moved = self.board.transfer(0, 60000)
                self.board.ask("close")
                self.assertEqual((moved.received, moved.wrong, moved.status), (50000, 0, status))

    def test_what_came_before_the_end_is_received_before_it(self):
        for name, how, status in (("end", socket.socket.close, CLOSED), ("reset", reset, RESET)):
            done = threading.Event()

            def all_at_once(connection, how=how, done=done):
                give(connection, 5000)
                time.sleep(0.2)  # the emulator must have read it: a reset takes what is under way with it
                how(connection)
                done.set()

            with self.case(name), Server(all_at_once) as server:
                self.assertEqual(self.board.open(server.port), 0)
                self.assertTrue(done.wait(5))
                time.sleep(0.2)  # both the bytes and the end are there when the device looks
                self.assertEqual(self.board.transfer(0, 60000)[:4], (0, 5000, 0, status))
                self.board.ask("close")

    def test_what_refuses_or_is_closed_is_no_connection(self):
        with socket.create_server(("127.0.0.1", 0)) as door:
            port = door.getsockname()[1]
        self.assertEqual(self.board.open(port), RESET)
        self.assertEqual(self.board.transfer(10, 0).status, -5)

    def test_a_server_that_stalls_costs_nothing_but_time(self):
        def stall(connection):
            time.sleep(1.5)  # far more than the buffers hold is being sent meanwhile
            exchange(connection, MEGABYTE, MEGABYTE)

        with Server(stall) as server:
            self.assertEqual(self.board.open(server.port), 0)
            moved = self.board.transfer(MEGABYTE, MEGABYTE)
            self.board.ask("close")
        self.assertEqual(moved[:4], (MEGABYTE, MEGABYTE, 0, 0))
        self.assertGreaterEqual(moved.ms, 1400)

    def test_a_silent_server_ends_the_wait_in_time(self):
        with Server(end) as server:
            self.assertEqual(self.board.open(server.port), 0)
            moved = self.board.transfer(0, 100)
            self.board.ask("close")
        self.assertEqual(moved[:4], (0, 0, 0, 0))
        self.assertLess(moved.ms, 5000)

    def test_a_lost_link_is_noticed_and_connections_live_through_it(self):
        with Server(lambda c: exchange(c, 4 * MEGABYTE, 4 * MEGABYTE)) as server:
            changes = self.board.ask("state")[2]
            self.assertEqual(self.board.open(server.port), 0)
            self.board.say("transfer", 4 * MEGABYTE, 4 * MEGABYTE, 10000)
            time.sleep(0.2)
            self.board.set_link(False)
            time.sleep(1)
            self.board.set_link(True)
            moved = Transfer(*self.board.answer())
            self.board.ask("close")
        self.assertEqual(moved[:4], (4 * MEGABYTE, 4 * MEGABYTE, 0, 0))
        state = self.board.ask("state")
        self.assertEqual((state[0], state[2] - changes), (UP, 2))
        self.board.set_link(False)
        time.sleep(0.1)
        self.assertEqual(self.board.ask("state")[0], NO_LINK)
        self.assertEqual(self.board.open(server.port, 500), RESET)
        self.board.set_link(True)
        self.assertEqual(self.board.ask("wait", UP, 5000), [1])

    def test_a_flood_of_frames_stops_neither_the_product_nor_its_connection(self):
        def flood():
            stop = time.monotonic() + 2
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
                while time.monotonic() < stop:
                    for _ in range(20):
                        sender.sendto(bytes(1400), ("127.0.0.1", self.board.udp_port))
                    time.sleep(0.001)

        flooder = threading.Thread(target=flood)
        before = self.board.statistics()
        with Server(lambda c: exchange(c, MEGABYTE // 4, MEGABYTE // 4)) as server:
            flooder.start()
            try:
                self.assertEqual(self.board.open(server.port), 0)
                moved = self.board.transfer(MEGABYTE // 4, MEGABYTE // 4, 15000)  # the emulator's TCP backs off far
            finally:
                flooder.join()
            self.board.ask("close")
        self.assertEqual(moved[:4], (MEGABYTE // 4, MEGABYTE // 4, 0, 0))
        after = self.board.statistics()
        self.assertGreater(after.received - before.received, 1000)
        print(f"flood: {after.received - before.received} frames, {after.rests - before.rests} rests, {moved.ms} ms", flush=True)

    def test_a_burst_of_small_frames_is_taken_with_rests(self):
        before = self.board.statistics()
        self.board.command("stop")  # the emulator keeps what comes meanwhile, and lets it all in at once
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for _ in range(60):
                sender.sendto(b"?", ("127.0.0.1", self.board.udp_port))
                time.sleep(0.002)
        self.board.command("cont")
        time.sleep(0.1)
        after = self.board.statistics()
        self.assertGreater(after.received - before.received, 20)
        self.assertGreater(after.rests, before.rests)
        with Server(lambda c: exchange(c, 3000, 3000)) as server:
            self.assertEqual(self.board.open(server.port), 0)
            self.assertEqual(self.board.transfer(3000, 3000)[:4], (3000, 3000, 0, 0))
            self.board.ask("close")

    def test_fifty_connections_leave_nothing_behind(self):
        def answer_all(connection):
            exchange(connection, 3000, 3000)

        before = None
        for i in range(50):
            with self.case(i), Server(answer_all) as server:
                self.assertEqual(self.board.open(server.port), 0)
                self.assertEqual(self.board.transfer(3000, 3000)[:4], (3000, 3000, 0, 0))
                self.board.ask("close")
            before = before or self.board.statistics()
        time.sleep(0.1)
        after = self.board.statistics()
        self.assertLessEqual((after.heap, after.frames), (before.heap, before.frames))

    def test_servers_that_never_finish_do_not_keep_it_from_others(self):
        finished = threading.Event()
        with contextlib.ExitStack() as servers:
            servers.callback(finished.set)
            for i in range(8):
                server = servers.enter_context(Server(lambda c: finished.wait(ANSWER_SECONDS)))
                with self.case(i):
                    self.assertEqual(self.board.open(server.port), 0)
                    self.assertEqual(self.board.transfer(4000, 0)[:4], (4000, 0, 0, 0))
                    self.board.ask("close")
            server = servers.enter_context(Server(lambda c: exchange(c, 3000, 3000)))
            self.assertEqual(self.board.open(server.port), 0)
            self.assertEqual(self.board.transfer(3000, 3000)[:4], (3000, 3000, 0, 0))
            self.board.ask("close")
            finished.set()

    def test_a_name_that_nobody_knows_is_an_answer_in_time(self):
        status, _, ms = self.board.ask("resolve", "nobody.invalid", 2000)
        self.assertIn(status, (TIMEOUT, NO_SUCH_NAME))
        self.assertLess(ms, 2500)
        self.assertEqual(self.board.ask("resolve", "192.0.2.7", 100)[:2], [OK, "070200c0"])


if __name__ == "__main__":
    unittest.main()
