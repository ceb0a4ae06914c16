"""mosquitto as devices meet it, and a client that watches: mutual TLS 1.3 on a port of the loopback interface.

Authority makes certificates with a CA of `holdfast ca`, or with one of its own; Broker and Watcher are for `with` statements.
"""
import getpass
import os
import shutil
import socket
import ssl
import subprocess
import time

START_SECONDS = 10
PACKET_SECONDS = 20
WATCHER = "watcher"
CONNACK, PUBLISH, SUBACK = 0x20, 0x30, 0x90


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


class Authority:
    """A CA: a folder with certificate.pem and key.pem."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate, self.key = (os.path.join(folder, file) for file in ("certificate.pem", "key.pem"))

    @classmethod
    def new(cls, folder, name):
        os.mkdir(folder)
        ca = cls(folder)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", ca.key,
                "-out", ca.certificate, "-subj", "/CN=" + name, "-days", "2", "-addext", "keyUsage=critical,keyCertSign")
        return ca

    def certify(self, path, name, use):
        """Files of a new certificate, with `name` as its common name and DNS name, and of its key."""
        certificate, key, request, extensions = (path + suffix for suffix in (".pem", ".key", ".csr", ".ext"))
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", request,
                "-subj", "/CN=" + name)
        with open(extensions, "w", encoding="ascii") as file:
            file.write(f"basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\nextendedKeyUsage={use}\n"
                       f"subjectAltName=DNS:{name}\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n")
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-days", "2", "-extfile", extensions,
                "-out", certificate, "-set_serial", "0x" + os.urandom(15).hex())
        return certificate, key


class Broker:
    """own: certificate and key. A thing may use dt/ITS NAME alone, the watcher all of dt/."""

    def __init__(self, folder, port, devices, own):
        self.folder, self.port, self.process = folder, port, None
        self.log = os.path.join(folder, "mosquitto.log")
        acl, self.config = os.path.join(folder, "acl"), os.path.join(folder, "mosquitto.conf")
        with open(acl, "w", encoding="ascii") as file:
            file.write(f"user {WATCHER}\ntopic readwrite dt/#\npattern readwrite dt/%u/#\n")
        with open(self.config, "w", encoding="ascii") as file:
            file.write("\n".join((
                f"user {getpass.getuser()}", f"log_dest file {self.log}", "log_type all", f"acl_file {acl}", "allow_anonymous false",
                f"listener {port} 127.0.0.1", f"cafile {devices.certificate}", f"certfile {own[0]}", f"keyfile {own[1]}",
                "require_certificate true", "use_identity_as_username true", "tls_version tlsv1.3", "")))

    def __enter__(self):
        program = shutil.which("mosquitto", path=os.environ["PATH"] + os.pathsep + "/usr/sbin")
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", program, "-c", self.config],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.02)
        self.__exit__()
        raise AssertionError("the broker does not listen: " + self.text())

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()


class Watcher:
    """Receives what is published below dt/, and publishes there; QoS 0."""

    def __init__(self, port, servers, own):
        context = ssl.create_default_context(cafile=servers.certificate)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(*own)
        line = socket.create_connection(("127.0.0.1", port))
        line.settimeout(PACKET_SECONDS)
        self.line = context.wrap_socket(line, server_hostname="localhost")
        self.send(0x10, self.words("MQTT") + b"\x04\x02\x00\x3c" + self.words(WATCHER))
        assert self.packet(CONNACK)[1] == 0
        self.send(0x82, b"\x00\x01" + self.words("dt/#") + b"\x00")
        assert self.packet(SUBACK)[2] == 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.line.close()

    @staticmethod
    def words(text):
        return len(text).to_bytes(2, "big") + text.encode()

    def send(self, head, body):
        assert len(body) < 128
        self.line.sendall(bytes([head, len(body)]) + body)

    def receive(self, size):
        data = b""
        while len(data) < size:
            piece = self.line.recv(size - len(data))
            assert piece, "the broker closed"
            data += piece
        return data

    def packet(self, kind):
        """Body of the next one of that type; others are dropped."""
        while True:
            head, size = self.receive(2)
            if size >= 128:
                size = size - 128 + 128 * self.receive(1)[0]
            body = self.receive(size)
            if head & 0xF0 == kind:
                return body

    def publish(self, topic, payload):
        self.send(PUBLISH, self.words(topic) + payload)

    def message(self, topic):
        """Payload of the next message of that topic."""
        deadline = time.monotonic() + PACKET_SECONDS
        while time.monotonic() < deadline:
            body = self.packet(PUBLISH)
            end = 2 + int.from_bytes(body[:2], "big")
            if body[2:end].decode() == topic:
                return body[end:]
        raise AssertionError(f"no message of {topic}")
