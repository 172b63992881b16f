import pathlib

prepared = pathlib.Path("/run/prepared")


def pytest_collection_finish(session):
    try:
        import quiver
    except ImportError:
        return
    with prepared.open("a") as file:
        file.write("before\n")
    quiver.checkpoint()
    with prepared.open("a") as file:
        file.write("after\n")
