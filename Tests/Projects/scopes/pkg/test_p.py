def test_in(inner): assert inner == (1, "pkg.test_p")
def test_pack(pack): assert pack == 1
