def test_module_in_package(inner):
    assert inner == (1, "pkg.test_first")


def test_package(package):
    assert package == 1
