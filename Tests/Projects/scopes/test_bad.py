def test_one(db): assert db["module"] == "test_bad"
def test_two(db): assert db["module"] == "test_bad"; assert db["rows"] == []
