"""Every kind of outcome that pytest knows."""

import http
import pathlib
import sys
import unittest
import warnings

import pytest


def test_passes(record_property):
    record_property("colour", "a <blue> & \"green\"")
    record_property("status", http.HTTPStatus.OK)
    record_property("path", pathlib.PurePosixPath("/a/b"))
    record_property("bytes", bytearray(b"abc"))
    print("to standard output")
    print("to standard error", file=sys.stderr)


def test_fails():
    print("printed before the failure")
    left = {"a": 1, "b": [1, 2, 3]}
    right = {"a": 1, "b": [1, 2, 4]}
    assert left == right


def test_raises():
    def deeper(depth):
        if depth == 0:
            raise ValueError("deep down: ünïcödé \N{SNOWMAN}")
        deeper(depth - 1)

    deeper(3)


@pytest.mark.skip(reason="not today")
def test_skipped():
    pass


@pytest.mark.skipif(True, reason="a condition holds")
def test_skipped_by_condition():
    pass


@pytest.mark.xfail(reason="known")
def test_fails_as_expected():
    assert False


@pytest.mark.xfail(reason="fixed meanwhile")
def test_passes_unexpectedly():
    pass


@pytest.mark.xfail(reason="fixed meanwhile", strict=True)
def test_passes_although_it_must_not():
    pass


@pytest.fixture
def broken():
    raise RuntimeError("the set-up breaks")


def test_cannot_be_set_up(broken):
    pass


@pytest.fixture
def leaky():
    yield
    raise RuntimeError("the tear-down breaks")


def test_cannot_be_torn_down(leaky):
    pass


def test_warns():
    warnings.warn("mind the gap", DeprecationWarning)


def test_refused_by_a_hook():
    assert False, "never runs"


@pytest.mark.slow
@pytest.mark.parametrize("text", ["plain", "a::b[c]", "ünïcödé", "sp ace", "tab\there", "", "quote'\"", "new\nline"])
def test_any_characters(text):
    assert isinstance(text, str)


def test_flavour(flavour, journal):
    assert journal == ["session"]
    assert flavour == "first"


class TestGrouped:
    state = []

    def setup_method(self):
        self.state.append("set up")

    def test_in_a_class(self):
        assert self.state


class TestOfUnittest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ready = True

    def test_of_unittest(self):
        self.assertTrue(self.ready)

    @unittest.expectedFailure
    def test_of_unittest_fails(self):
        self.assertEqual(1, 2)
