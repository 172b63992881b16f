"""What apt says of its mirrors and proxies."""

from __future__ import annotations

import pytest
import quiver_mirrors


def says(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(quiver_mirrors, "output", lambda *words: text)


def test_proxies_are_known_by_their_scheme(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [
        "Acquire::http::Proxy http://proxy:3128/",
        "acquire::HTTPS::proxy http://other:1",
        "Acquire::ftp::Proxy DIRECT",
        "Acquire::http::Proxy::mirror http://special",
        "Acquire::Retries 3",
        "Acquire::empty::Proxy ",
        "",
    ]
    says(monkeypatch, "\n".join(said))
    assert quiver_mirrors.proxies() == {"http": "http://proxy:3128/", "https": "http://other:1"}


def test_a_site_ends_where_its_releases_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    said = [
        "'http://deb.example/debian/dists/stable/InRelease' x 0 ",
        "'http://flat.example/repository/./InRelease' y 0 ",
    ]
    says(monkeypatch, "\n".join(said))
    assert list(quiver_mirrors.sites()) == ["http://deb.example/debian", "http://flat.example/repository/."]


def test_a_program_that_is_missing_says_nothing() -> None:
    assert quiver_mirrors.output("no-such-program") == ""
