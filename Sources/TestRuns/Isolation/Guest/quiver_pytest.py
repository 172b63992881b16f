# Joined by Tools/join-guest-python from Sources/GuestPython; edit what is there.
"""Quiver's pytest plugin: lets a host freeze a machine when pytest has collected, and run each test in a fork of it.

pytest starts and collects as always. Then, instead of running the tests, this plugin tells the host what there is and
waits at a virtio-serial port. The host freezes the machine there. Every fork wakes up at that very instant and is told
what it is: a *runner* runs some of the tests and sends pytest's own reports to the host; the one *coordinator* is given
the reports of all runners in order and passes them through pytest's own hooks, so that the terminal output, the JUnit
file, the cache of failures and the exit code are pytest's.

Messages are JSON objects, one a line. Python 3.8 or newer; nothing but pytest.
"""

import binascii
import contextlib
import errno
import fcntl
import gc
import importlib.util
import json
import os
import random
import struct
import sys
import tempfile
import time
import types
import warnings

import pytest


# quiver_shared.random_pool
#
# The kernel's random pool.

# From linux/random.h; the numbers are the same on every architecture with a generic ioctl layout (x86, arm, riscv).
RNDADDENTROPY = 0x40085203
RNDRESEEDCRNG = 0x5207


class RandomPool:
    """The kernel's random pool, opened before a machine is frozen so that no fork has to open it."""

    def __init__(self):
        self.descriptor = os.open("/dev/urandom", os.O_WRONLY | os.O_CLOEXEC)

    def feed(self, entropy):
        """Mixes fresh bytes into the pool and makes the kernel's generators take a new key from it at once.

        Only root may.
        """
        fcntl.ioctl(self.descriptor, RNDADDENTROPY, struct.pack("ii", len(entropy) * 8, len(entropy)) + entropy)
        try:
            fcntl.ioctl(self.descriptor, RNDRESEEDCRNG)
        except OSError as error:
            # Kernels before 4.14 lack it and take the new key by themselves within five minutes.
            if error.errno not in (errno.EINVAL, errno.ENOTTY):
                raise


# quiver_pytest.channel
#
# The channel to the host: lines of JSON through a virtio-serial port.

VERSION = 2


CHUNK = 65536


# Made once, and decoding spared the searches for white space that json.loads begins and ends with: a fork pays for all
# that it executes for the first time.
ENCODER = json.JSONEncoder(separators=(",", ":"), default=repr)


DECODER = json.JSONDecoder()


class Port:
    """The channel to the host."""

    def __init__(self, path):
        if path.startswith("fd:"):
            self.descriptor = int(path[3:])
        else:
            self.descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        self.received = b""
        self.owner = os.getpid()

    def send(self, **message):
        if os.getpid() != self.owner:
            # A test that forked and did not end its child: what the child reports is nobody's.
            return
        # The byte that no text contains ends whatever a test has left half written in front of it.
        data = b"\xff" + (ENCODER.encode(message) + "\n").encode("utf-8", "surrogatepass")
        while data:
            data = data[os.write(self.descriptor, data[:CHUNK]) :]

    def receive(self):
        while True:
            line, newline, rest = self.received.partition(b"\n")
            if newline:
                self.received = rest
                try:
                    message, _ = DECODER.raw_decode(line.decode())
                except ValueError:
                    # The end of a message that was under way to an earlier reader.
                    continue
                if isinstance(message, dict) and "do" in message:
                    return message
                continue
            data = os.read(self.descriptor, CHUNK)
            if not data:
                # Nobody is connected on the host; the driver answers at once instead of waiting.
                time.sleep(0.05)
            self.received += data


# quiver_pytest.internals
#
# What pytest's public interface does not offer, with the versions in which it differs.
#
# Typed loosely: no version of pytest has all of it.

try:
    from pytest import TestReport as TestReport
except ImportError:
    # Exported since pytest 7.0.
    from _pytest.reports import TestReport as TestReport



def setup_state(session):
    """Returns the nodes that pytest has set up at the moment."""
    return session._setupstate


def set_up_session(session):
    state = setup_state(session)
    # Since pytest 7.0 it is called setup.
    (state.setup if hasattr(state, "setup") else state.prepare)(session)


def tear_down_all(session):
    state = setup_state(session)
    try:
        # Before pytest 7.0 it took the item as well, and another method did without.
        state.teardown_all() if hasattr(state, "teardown_all") else state.teardown_exact(None)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # Outcomes such as a failure do not derive from Exception; every runner has reported its own.
        pass


def fixture_definitions(item, name):
    """Returns the fixtures of that name that a test could use, with the one it uses last; None or empty if none."""
    return item.session._fixturemanager.getfixturedefs(name, item if takes_node() else item.nodeid)


def takes_node():
    """Looks fixtures up by node since pytest 8.1, before that by its id."""
    return tuple(int(part) for part in pytest.__version__.split(".")[:2]) >= (8, 1)


def active_fixtures(session, scope):
    for definitions in session._fixturemanager._arg2fixturedefs.values():
        for definition in definitions:
            if definition.scope == scope and definition.cached_result is not None:
                yield definition


@contextlib.contextmanager
def kept_by_pytest():
    """Ignores a fixture's outcome: pytest caches it, and every test that uses the fixture gets it too."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # Outcomes such as a skip do not derive from Exception.
        pass


def run_finalizers(finalizers):
    while finalizers:
        try:
            finalizers.pop()()
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # Whoever runs a test of the module reports its own.
            pass


def is_skipped(item):
    """Whether a mark skips the test, so that pytest sets nothing up for it."""
    try:
        from _pytest.skipping import evaluate_skip_marks

        return evaluate_skip_marks(item) is not None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        # A condition that cannot be evaluated is an error of the test, which its fork reports.
        return True


def count_failed_subtest(config, report):
    """Counts a failed subtest: the count decides since pytest 9.0 whether the test fails."""
    try:
        from _pytest.subtests import SubtestReport, failed_subtests_key
    except ImportError:
        return
    if isinstance(report, SubtestReport) and report.failed:
        config.stash[failed_subtests_key][report.nodeid] += 1


def move_start_times(config, terminal, elapsed):
    """Shifts the start times that were taken before the freeze, so that time spent frozen does not count."""
    started = getattr(terminal, "_sessionstarttime", None)
    if isinstance(started, float):
        terminal._sessionstarttime = started + elapsed
    stash = getattr(config, "stash", None) or getattr(config, "_store", None)
    try:
        from _pytest.junitxml import xml_key

        xml = stash.get(xml_key, None)
        if xml is not None and isinstance(xml.suite_start_time, float):
            xml.suite_start_time += elapsed
    except (ImportError, AttributeError):
        pass


# quiver_pytest.payload
#
# A runner's reports as text, which the host forwards to the coordinator unchanged.
#
# JSON, with a name for each type that JSON has not: {"tuple": [...]}, {"bytes": BASE64}, {"float": "nan"}, and
# {"pairs": [[KEY, VALUE], ...]} for a dictionary whose keys are not all texts, or that could be taken for one of these.

NAMES = frozenset(("tuple", "bytes", "float", "pairs"))

# Made once, like the channel's: a fork pays for all that it executes for the first time.
PACKER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)

UNPACKER = json.JSONDecoder()


def pack(value):
    """Encodes a value as text from which unpack() makes an equal one."""
    return PACKER.encode(plain(value))


def unpack(text):
    """Reads what pack() wrote; ValueError for anything else."""
    try:
        value, end = UNPACKER.raw_decode(text)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    if end != len(text):
        raise ValueError("there is more after it")
    return restored(value)


def plain(value):
    """Returns the value in what JSON has; all other objects become their text, as JUnit's XML shows them.

    Exact types only: an enumeration that is a number too, say, is more than the number.
    """
    kind = type(value)
    if value is None or kind in (bool, int, str):
        return value
    if kind is float:
        return value if value - value == 0 else {"float": repr(value)}
    if kind is list:
        return [plain(member) for member in value]
    if kind is dict:
        if all(type(key) is str for key in value) and not (len(value) == 1 and NAMES.intersection(value)):
            return {key: plain(member) for key, member in value.items()}
        return {"pairs": [[plain(key), plain(member)] for key, member in value.items()]}
    if kind is tuple:
        return {"tuple": [plain(member) for member in value]}
    if kind is bytes:
        return {"bytes": binascii.b2a_base64(value, newline=False).decode()}
    if isinstance(value, dict):
        return plain(dict(value))
    if isinstance(value, (tuple, list)):
        return [plain(member) for member in value]
    return str(value)


def restored(value):
    if type(value) is list:
        return [restored(member) for member in value]
    if type(value) is not dict:
        return value
    if len(value) == 1:
        ((name, content),) = value.items()
        try:
            if name == "tuple":
                return tuple(restored(member) for member in content)
            if name == "bytes":
                return binascii.a2b_base64(content)
            if name == "float":
                return float(content)
            if name == "pairs":
                return {restored(key): restored(member) for key, member in content}
        except TypeError as error:
            raise ValueError(str(error)) from None
    return {key: restored(member) for key, member in value.items()}


# quiver_pytest.replaying
#
# Turns the reports of runners and of the host into pytest's.

class MalformedError(Exception):
    """What a runner sent is not what the plugin sends."""


def results_from(
    payload, item, config
):
    """Reads a test's reports, and its warnings as arguments for pytest's hook.

    Whatever a report says, it is of this test: node id and place are the collected item's own.
    """
    if not payload:
        return [], []
    try:
        reports, recorded = unpack(payload)
        reports = [
            config.hook.pytest_report_from_serializable(
                config=config, data={**data, "nodeid": item.nodeid, "location": item.location}
            )
            for data in reports
        ]
        if not all(isinstance(report, TestReport) for report in reports):
            raise MalformedError("there is something that is no report")
        return reports, [
            {
                "warning_message": warning_from(warning),
                "when": warning["when"],
                "nodeid": item.nodeid if warning["nodeid"] else "",
                "location": tuple(warning["location"]) if warning["location"] else None,
            }
            for warning in recorded
        ]
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise MalformedError("%s: %s" % (type(error).__name__, error)) from error


def warning_from(data):
    category = getattr(sys.modules.get(data["module"]), data["category"], None)
    if not (isinstance(category, type) and issubclass(category, Warning)):
        category = UserWarning
    try:
        message = category(data["text"])
    except TypeError:
        message = data["text"]
    return warnings.WarningMessage(message=message, category=category, filename=data["filename"], lineno=data["lineno"])


def crash_reports(item, crash, output, seconds):
    """Makes the report that pytest would have made if the test had not ended its interpreter or machine."""
    sections = [("Captured output of the interpreter", output)] if output else []
    common = {"nodeid": item.nodeid, "location": item.location, "keywords": {}}
    yield TestReport(outcome="failed", longrepr=crash, when="call", sections=sections, duration=seconds, **common)
    yield TestReport(outcome="passed", longrepr=None, when="teardown", duration=0, **common)


def end_as(session, ending):
    if ending["kind"] == "exit":
        pytest.exit(ending["message"], returncode=ending["status"])
    if ending["kind"] == "interrupt":
        raise KeyboardInterrupt(ending["message"])
    raise session.Interrupted(ending["message"])


# quiver_pytest.terminal
#
# The terminal, on which only the coordinator prints.

class Nowhere:
    """Replaces the terminal in a runner, whose output the coordinator prints."""

    encoding = "utf-8"

    def write(self, text):
        return len(text)

    def flush(self):
        pass

    def isatty(self):
        return False


@contextlib.contextmanager
def captured(config):
    """Keeps fixtures' output and warnings off the terminal while no test is running that would report it."""
    capture = config.pluginmanager.getplugin("capturemanager")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if capture is None or not capture.is_globally_capturing():
            yield
            return
        capture.resume_global_capture()
        try:
            yield
        finally:
            capture.suspend_global_capture(in_=False)
            capture.read_global_capture()


# quiver_pytest.coordinator
#
# The fork that prints what all others report.

class Coordinator:
    """Passes the reports of all runners, in order, through pytest's own hooks."""

    def __init__(self, port, modules):
        self.port = port
        self.modules = modules

    def coordinate(self, session):
        while True:
            request = self.port.receive()
            if request["do"] == "finish":
                # Every runner has torn down its own copy of what was set up before the freeze.
                with captured(session.config):
                    self.modules.tear_down()
                    tear_down_all(session)
                return
            if request["do"] == "replay":
                self.replay(session, request)

    def replay(self, session, request):
        item = session.items[request["item"]]
        hook = session.config.hook
        item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
        crash = request.get("crash")
        reports = []
        try:
            reports, warnings = results_from(request.get("payload"), item, session.config)
        except MalformedError as error:
            crash = "what pytest reported of the test cannot be read: %s" % error
        else:
            for warning in warnings:
                hook.pytest_warning_recorded.call_historic(kwargs=warning)
        for report in reports:
            # Controllers of distributed runs do the same, and junitxml looks for it.
            report.item = item
            count_failed_subtest(session.config, report)
            item.ihook.pytest_runtest_logreport(report=report)
        if crash is not None:
            for report in crash_reports(item, crash, request.get("output", ""), request.get("seconds", 0)):
                item.ihook.pytest_runtest_logreport(report=report)
        item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
        ending = request.get("ending")
        # The answer goes first: an ending leaves through an exception, as it would have in the run itself.
        stops = bool(ending or session.shouldfail or session.shouldstop)
        self.port.send(event="replayed", item=request["item"], stops=stops)
        if ending:
            end_as(session, ending)
        if session.shouldfail:
            raise session.Failed(session.shouldfail)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)


# quiver_shared.clock
#
# The wall clock of a guest that was frozen.

def follow_host_clock(wall, since, now):
    """Sets the wall clock to the host's, which was `wall` when the guest's monotonic clock was `since`.

    `now` is where the monotonic clock stands; all are nanoseconds.
    """
    time.clock_settime_ns(time.CLOCK_REALTIME, wall + now - since)


# quiver_pytest.fix_up
#
# The fix-up of clock and random pool in a fork, before its test runs.
#
# The guest's helper would do it too; where pytest runs as root, waking the helper takes longer.

def fix_up(request, pool):
    feed(pool, binascii.a2b_base64(request["entropy"]))
    if "time" in request:
        follow_host_clock(request["time"], request["since"], time.monotonic_ns())


def feed(pool, entropy):
    """Feeds the pool if that is allowed: root may not be allowed to, for example in a container."""
    try:
        pool.feed(entropy)
    except OSError:
        pass


# quiver_pytest.modules
#
# Module- and package-scoped fixtures that are set up before the freeze.

class Modules:
    """Holds what was set up for each test module before the freeze until a test of that module runs.

    pytest has one module set up at a time. So what it knows of a module is taken from it when the module is ready, and
    given back in the fork that runs a test of the module, which then tears it down as ever.
    """

    def __init__(self):
        # Finalizers by module or package, outermost first, as in pytest's own stack.
        self.nodes = {}
        # By module: fixtures with their values and finalizers. Several modules may use one fixture of a conftest.
        self.fixtures = {}
        # Why a module is set up in each fork after all.
        self.refusals = {}

    def set_up(self, session):
        state = setup_state(session)
        if not (hasattr(state, "setup") and isinstance(getattr(state, "stack", None), dict)):
            self.refusals["every module"] = "pytest %s is too old" % pytest.__version__
            return
        modules = {}
        for item in session.items:
            module = item.getparent(pytest.Module)
            if module is not None and not is_skipped(item):
                modules.setdefault(module, []).append(item)
        for module, items in modules.items():
            names = [(item, name) for item in items for name in early_fixtures(item)]
            if names:
                self.set_up_module(session, module, names)

    def set_up_module(self, session, module, names):
        state = setup_state(session)
        before = surroundings()
        self.push(state, module)
        try:
            state.setup(module)
            for item, name in names:
                with kept_by_pytest():
                    item._request._get_active_fixturedef(name)
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException:
            # pytest keeps the error with the package or module, and raises it for each of its tests.
            pass
        for item in {item for item, _ in names}:
            # A request remembers the fixtures that it has seen, also those that are torn down again here.
            item._initrequest()
        changed = [what for what, value in surroundings().items() if value != before[what]]
        if changed:
            what = " and ".join(changed)
            self.refusals[module.nodeid] = "its fixtures change %s, which tests of other modules would see" % what
            run_finalizers(state.stack.pop(module, ([], None))[0])
        else:
            self.fixtures[module] = []
            for definition in active_fixtures(session, "module"):
                self.fixtures[module].append((definition, definition.cached_result, definition._finalizers))
                definition.cached_result = None
                definition._finalizers = []
        for node in list(state.stack):
            if node is not session:
                self.nodes[node] = state.stack.pop(node)

    def push(self, state, node):
        """Gives back to pytest what is kept for a node and its parents."""
        for part in node.listchain():
            if part in state.stack:
                continue
            if part not in self.nodes:
                return
            state.stack[part] = self.nodes.pop(part)
            self.give_back_fixtures(part)

    def give_back_fixtures(self, node):
        for definition, result, finalizers in self.fixtures.pop(node, ()):
            definition.cached_result = result
            definition._finalizers = finalizers

    def reinstate(self, item):
        if self.nodes:
            self.push(setup_state(item.session), item)

    def tell(self, terminal):
        for module, reason in self.refusals.items():
            if terminal is not None:
                terminal.write_line("quiver: %s is set up in each machine: %s" % (module, reason))

    def tear_down(self):
        """Tears down what is still kept: its threads could keep the interpreter from exiting."""
        for node in reversed(list(self.nodes)):
            self.give_back_fixtures(node)
            run_finalizers(self.nodes.pop(node)[0])


def surroundings():
    """The interpreter state that fixtures often change and that all tests share."""
    return {"os.environ": dict(os.environ), "the working directory": os.getcwd(), "sys.path": list(sys.path)}


def early_fixtures(item):
    """Returns the names of a test's module- and package-scoped fixtures that do not depend on its parameters."""
    parameters = getattr(getattr(item, "callspec", None), "params", {})
    if getattr(item, "_request", None) is None or not hasattr(item, "_initrequest"):
        return
    definitions = {name: fixture_definitions(item, name) or () for name in item.fixturenames}

    def is_fixed(name, seen):
        if name in parameters:
            return False
        needed = {other for definition in definitions.get(name, ()) for other in definition.argnames}
        return all(is_fixed(other, seen | needed) for other in needed - seen)

    for name, found in definitions.items():
        if found and found[-1].scope in ("package", "module") and is_fixed(name, {name}):
            yield name


# quiver_pytest.runner
#
# A fork that runs tests.

class Runner:
    """Runs some of the tests, and sends pytest's reports of each to the host."""

    def __init__(self, port, modules):
        self.port = port
        self.modules = modules
        # Of the test that runs.
        self.reports = []
        self.warnings = []
        # What putting clock and random pool right took in this fork; told with its first test.
        self.fix_up_seconds = 0.0

    def run(self, session, indices, token):
        """Runs the tests and sends the reports of each; the machine is discarded afterwards."""
        items = [session.items[index] for index in indices]
        for position, item in enumerate(items):
            following = following_item(session, indices, position)
            self.reports = []
            self.warnings = []
            ending = None
            started = time.perf_counter()
            self.modules.reinstate(item)
            try:
                item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            except pytest.exit.Exception as end:
                ending = {"kind": "exit", "message": str(end.msg), "status": end.returncode}
            except KeyboardInterrupt:
                ending = {"kind": "interrupt", "message": "KeyboardInterrupt in %s" % item.nodeid}
            except session.Interrupted as stop:
                ending = {"kind": "stop", "message": str(stop)}
            if os.getpid() != self.port.owner:
                os._exit(0)
            if ending is None and session.shouldstop:
                ending = {"kind": "stop", "message": str(session.shouldstop)}
            self.port.send(
                event="ran",
                token=token,
                item=indices[position],
                payload=pack([self.reports, self.warnings]),
                failed=any(report.get("outcome") == "failed" for report in self.reports),
                seconds=time.perf_counter() - started,
                fix_up=self.fix_up_seconds,
                ending=ending,
            )
            self.fix_up_seconds = 0.0
            if ending is not None:
                break
        self.port.send(event="done", token=token)
        while True:
            self.port.receive()

    def keep_report(self, config, report):
        self.reports.append(config.hook.pytest_report_to_serializable(config=config, report=report))

    def keep_warning(
        self,
        warning_message,
        when,
        nodeid,
        location,
    ):
        category = warning_message.category
        self.warnings.append(
            {
                "text": str(warning_message.message),
                "module": category.__module__,
                "category": category.__name__,
                "filename": warning_message.filename,
                "lineno": warning_message.lineno,
                "when": when,
                "nodeid": nodeid,
                "location": location,
            }
        )


def following_item(session, indices, position):
    """Returns the test that would come next, so that pytest keeps the fixtures both use; None after the last.

    A fork that ends before its test's module does tears nothing of that down, and so reports no failure of it: the
    fork of the module's last test does.
    """
    following = indices[position + 1] if position + 1 < len(indices) else indices[position] + 1
    return session.items[following] if following < len(session.items) else None


# quiver_pytest.seeds
#
# Gives each fork random numbers of its own.

class Seeds:
    """Knows whether the user has seeded Python's generator, and makes unseeded ones differ between forks."""

    def __init__(self):
        self.user_has_seeded = False
        self.real_seed = random.seed
        self.real_setstate = random.setstate
        # Python's module where OpenSSL is in use.
        self.ssl = None
        random.seed = self.seed
        random.setstate = self.setstate

    def seed(self, a = None, *rest, **named):
        self.user_has_seeded = a is not None
        return self.real_seed(a, *rest, **named)

    def setstate(self, state):
        self.user_has_seeded = True
        return self.real_setstate(state)

    def look_for_openssl(self):
        """Notes whether OpenSSL, which has its own random state, is in use: only then a fork has to reseed it."""
        if "_ssl" in sys.modules or is_mapped("libcrypto"):
            import ssl

            self.ssl = ssl

    def renew(self):
        if not self.user_has_seeded:
            self.real_seed()
        # Made at its first use and then kept: every fork would go on with the same temporary names.
        tempfile._name_sequence = None
        # It notices a fork of the process but not of the machine.
        if self.ssl is not None:
            self.ssl.RAND_add(os.urandom(32), 32.0)


def is_mapped(library):
    with open("/proc/self/maps") as maps:
        return library in maps.read()


# quiver_pytest.session_fixtures
#
# Session-scoped fixtures that are set up before the freeze.

def set_up_session_fixtures(session):
    """Sets up the session-scoped fixtures that tests use, once, before the freeze.

    One that fails keeps its error, and every test that uses it fails with it, as in a plain run.
    """
    set_up_session(session)
    for item in session.items:
        if is_skipped(item):
            continue
        request = getattr(item, "_request", None)
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        for name in getattr(item, "fixturenames", ()):
            definitions = fixture_definitions(item, name)
            if request is None or name in parameters or not definitions:
                continue
            if definitions[-1].scope != "session" or definitions[-1].cached_result is not None:
                continue
            with kept_by_pytest():
                request._get_active_fixturedef(name)


# quiver_pytest.plugin
#
# The plugin itself: waits for the freeze when pytest has collected, and resumes as a runner or the coordinator.

class Quiver:
    """The plugin object that is registered with pytest."""


    def __init__(self, path, checkpoint):
        self.port = Port(path)
        self.checkpoint = checkpoint
        self.seeds = Seeds()
        self.modules = Modules()
        self.runner = Runner(self.port, self.modules)
        self.coordinator = Coordinator(self.port, self.modules)
        self.role = "collector"
        self.session = None
        # What the host has asked of this fork, when a conftest chose the instant of the freeze.
        self.order = None

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config):
        self.config = config

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session):
        if session.config.pluginmanager.hasplugin("dsession"):
            raise pytest.UsageError(
                "tests cannot be distributed by pytest-xdist and isolated in machines of their own: leave its options "
                "out; `quiver test -n` says how many machines run at once"
            )
        if session.config.option.collectonly or not session.items:
            return None
        if session.testsfailed and not session.config.option.continue_on_collection_errors:
            return None
        if self.order is None:
            if self.checkpoint in ("session-fixtures", "module-fixtures"):
                with captured(session.config):
                    set_up_session_fixtures(session)
            if self.checkpoint == "module-fixtures":
                with captured(session.config):
                    self.modules.set_up(session)
                self.modules.tell(session.config.pluginmanager.getplugin("terminalreporter"))
            self.order = self.wait_for_freeze(session)
        self.obey(session, self.order)
        return True

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session):
        self.session = session

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report):
        if self.role == "runner":
            self.runner.keep_report(self.config, report)

    @pytest.hookimpl(tryfirst=True)
    def pytest_warning_recorded(
        self,
        warning_message,
        when,
        nodeid,
        location,
    ):
        if self.role == "runner":
            self.runner.keep_warning(warning_message, when, nodeid, location)

    def freeze_here(self):
        """Freezes the machine when a conftest asks for it: what follows the call in its hook runs in every fork."""
        if self.session is None:
            raise pytest.UsageError(
                "quiver.checkpoint() was called before the tests were collected; call it in pytest_collection_finish"
            )
        options = self.session.config.option
        has_failed = self.session.testsfailed and not options.continue_on_collection_errors
        if self.order is None and self.session.items and not options.collectonly and not has_failed:
            self.order = self.wait_for_freeze(self.session)

    def wait_for_freeze(self, session):
        """Reports the collected tests, and resumes in a fork; returns the host's order to that fork."""
        terminal = session.config.pluginmanager.getplugin("terminalreporter")
        screen = getattr(terminal, "_tw", None)
        screen_file = getattr(screen, "_file", None)
        for stream in (screen_file, sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
        if screen is not None and screen_file is not None:
            screen._file = Nowhere()
        items = [{"id": item.nodeid, "file": item.nodeid.split("::")[0]} for item in session.items]
        self.seeds.look_for_openssl()
        # What exists now is never garbage: without this a collection in a fork touches, and so copies, it all.
        gc.collect()
        gc.freeze()
        # Otherwise every fork would begin with writing back what was written before the freeze.
        os.sync()
        is_root = os.geteuid() == 0
        pool = RandomPool()
        for _ in range(3):
            if is_root:
                feed(pool, os.urandom(32))
            self.rehearse()
        self.port.send(event="collected", version=VERSION, pytest=pytest.__version__, root=is_root, items=items)
        frozen_at = time.time()
        request = self.port.receive()
        while request["do"] == "rehearse":
            if request.get("fix_up"):
                fix_up(request["fix_up"], pool)
            self.rehearse()
            self.port.send(event="rehearsed")
            request = self.port.receive()
        woken = time.perf_counter()
        if request.get("fix_up"):
            fix_up(request["fix_up"], pool)
        self.seeds.renew()
        self.runner.fix_up_seconds = time.perf_counter() - woken
        if request["do"] == "run":
            self.role = "runner"
        elif request["do"] == "coordinate":
            self.role = "coordinator"
            if screen is not None and screen_file is not None:
                screen._file = screen_file
            move_start_times(self.config, terminal, time.time() - frozen_at)
        return request

    def rehearse(self):
        """Rehearses what every fork does apart from its test and other plugins: reseeding, and a report.

        Before the freeze it loads what every fork will touch; in a fork made ahead it has the processor's emulator
        translate what the fork will execute.
        """
        self.seeds.renew()
        report = TestReport("quiver", ("quiver", None, "quiver"), {}, "passed", None, "call")
        unpack(pack([[report._to_json()], []]))
        ENCODER.encode({"event": "ran", "item": 0, "seconds": 0.5, "fix_up": 0.5, "ending": None})

    def obey(self, session, request):
        if request["do"] == "run":
            self.runner.run(session, request["items"], request["token"])
        elif request["do"] == "coordinate":
            self.coordinator.coordinate(session)


# quiver_pytest.start
#
# Registers the plugin when pytest loads it.

def start():
    """Registers the plugin if the host asked for it, and hides it from pytest processes that tests start."""
    path = os.environ.pop("QUIVER_PYTEST_PORT", None)
    checkpoint = os.environ.pop("QUIVER_PYTEST_CHECKPOINT", "collected")
    ours = ("", "quiver_pytest", "quiver_recorder")
    others = [name for name in os.environ.pop("PYTEST_PLUGINS", "").split(",") if name not in ours]
    if others:
        os.environ["PYTEST_PLUGINS"] = ",".join(others)
    # What the tests start themselves must not find this plugin either.
    own = os.path.dirname(os.path.abspath(__file__))
    left = [
        directory for directory in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if directory and directory != own
    ]
    if left:
        os.environ["PYTHONPATH"] = os.pathsep.join(left)
    if not path:
        return None
    quiver = Quiver(path, checkpoint)
    quiver.port.send(event="loaded")
    return quiver


def offer_checkpoint(quiver):
    """Lets a conftest `import quiver`, unless the project has a module of that name."""
    if importlib.util.find_spec("quiver") is None:
        module = types.ModuleType("quiver", "What tests can ask of the machine that they run in.")
        module.checkpoint = quiver.freeze_here
        sys.modules["quiver"] = module


_quiver = start()
if _quiver is not None:
    offer_checkpoint(_quiver)


def pytest_configure(config):
    if _quiver is not None:
        config.pluginmanager.register(_quiver, "quiver")
