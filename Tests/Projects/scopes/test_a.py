import os, pytest, unittest, warnings
state = []
def setup_module(m): state.append("module")
def teardown_module(m): assert state[0] == "module"
@pytest.fixture(scope="class")
def cls(db): return [db["module"]]
@pytest.fixture(scope="module")
def broken(): raise ValueError("never")
def test_db(db, record_property):
    record_property("k", "v"); assert db["module"] == "test_a" and state == ["module"]
@pytest.mark.parametrize("s", ["a b", "é/\u2603", "[::]", "x\ny", ""])
def test_ids(s, db): assert db["module"] == "test_a"
def test_broken(broken): pass
@pytest.mark.xfail
def test_xf(): assert 0
@pytest.mark.xfail(strict=True)
def test_xp(): pass
@pytest.mark.skip(reason="no")
def test_sk(broken): pass
def test_warn(): warnings.warn("careful")
class TestC:
    def test_1(self, cls): assert cls == ["test_a"]
    def test_2(self, cls, derived): assert derived in ("xx", "yy")
class U(unittest.TestCase):
    @classmethod
    def setUpClass(c): c.v = 3
    def test_u(self): self.assertEqual(self.v, 3)
    def test_f(self): self.assertEqual(self.v, 4)
def test_subtests(subtests):
    for i in range(3):
        with subtests.test(i=i): assert i != 1
