import pathlib
import socket
import time

import netlab


def test_a_new_name_resolves_and_stands_in_hosts_once():
    netlab.add_host("printer.lab", "10.77.0.9")
    assert socket.gethostbyname("printer.lab") == "10.77.0.9"
    assert pathlib.Path("/etc/hosts").read_text().count("printer.lab") == 1


def test_a_service_starts_and_answers(tmp_path):
    (tmp_path / "index.html").write_text("netlab is up")
    netlab.install_service(
        "netlab-web", f"/usr/bin/python3 -m http.server --directory {tmp_path} --bind 127.0.0.1 8077"
    )
    assert b"netlab is up" in fetch(("127.0.0.1", 8077), deadline=20)


def fetch(address, deadline):
    end = time.monotonic() + deadline
    while True:
        try:
            with socket.create_connection(address, timeout=5) as connection:
                connection.sendall(b"GET /index.html HTTP/1.0\r\n\r\n")
                return connection.makefile("rb").read()
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
