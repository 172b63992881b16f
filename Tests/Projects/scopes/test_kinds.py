"""Tests of every kind that use fixtures of every scope."""

import unittest
import warnings

import pytest

events = []


def setup_module(module):
    events.append("module")


def teardown_module(module):
    assert events == ["module"]


@pytest.fixture(scope="class")
def names(database):
    return [database["module"]]


@pytest.fixture(scope="module")
def broken():
    raise ValueError("a module's fixture fails")


def test_module_fixture(database, record_property):
    record_property("module", database["module"])
    assert database["module"] == "test_kinds"
    assert events == ["module"]


@pytest.mark.parametrize("text", ["a b", "é/\u2603", "[::]", "x\ny", ""])
def test_any_characters(text, database):
    assert database["module"] == "test_kinds"


def test_with_broken_fixture(broken):
    pass


@pytest.mark.xfail
def test_fails_as_expected():
    assert False


@pytest.mark.xfail(strict=True)
def test_passes_unexpectedly():
    pass


@pytest.mark.skip(reason="sets nothing up")
def test_skipped(broken):
    pass


def test_warns():
    warnings.warn("careful")


class TestClass:
    def test_class_fixture(self, names):
        assert names == ["test_kinds"]

    def test_parametrised_module_fixture(self, names, twice):
        assert twice in ("firstfirst", "secondsecond")


class UnitTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.value = 3

    def test_passes(self):
        self.assertEqual(self.value, 3)

    def test_fails(self):
        self.assertEqual(self.value, 4)


def test_subtests(subtests):
    """An error where pytest has no subtests: before 9.0."""
    for number in range(3):
        with subtests.test(number=number):
            assert number != 1
