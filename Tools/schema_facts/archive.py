"""Packages from the package archive that this system is configured to use, without installing them."""

import glob
import hashlib
import os
import subprocess

_KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


class ArchiveError(Exception):
    """One line that says what could not be had, and what to do."""


class Archive:
    """One suite of the archive, with package lists of its own below `directory`."""

    def __init__(self, suite, directory):
        self.suite = suite
        self.directory = directory
        for path in ("lists/partial", "cache/archives/partial", "parts", "downloads"):
            os.makedirs(os.path.join(directory, path), exist_ok=True)
        site = self._site()
        self._write("sources.list", "".join(f"{kind} [signed-by={_KEYRING}] {site} {suite} main\n" for kind in ("deb", "deb-src")))
        self._write("status", "")
        self._write(
            "apt.conf",
            f'Dir::Etc::sourcelist "{directory}/sources.list";\n'
            f'Dir::Etc::sourceparts "{directory}/parts";\n'
            f'Dir::State::lists "{directory}/lists";\n'
            f'Dir::State::status "{directory}/status";\n'
            f'Dir::Cache "{directory}/cache";\n'
            'APT::Sandbox::User "root";\n',
        )
        self._run("apt-get", "-qq", "update")

    def source(self, name, version):
        """The path of the source archive of `name` in `version`, as in "10.0", and the version of its package."""
        shown = self._run("apt-cache", "showsrc", name)
        packages = [line.split()[1] for line in shown.splitlines() if line.startswith("Version: ")]
        matching = [package for package in packages if package.split(":")[-1].startswith(tuple(version + end for end in ".+-"))]
        if not matching:
            raise ArchiveError(f"{self.suite} has no source of {name} {version}, only of {', '.join(packages)}")
        package = matching[-1]
        self._run("apt-get", "-qq", "source", "--download-only", "--tar-only", f"{name}={package}")
        found = glob.glob(os.path.join(self.directory, "downloads", f"{name}_*.orig.tar.*"))
        return found[0], package

    def package(self, name, version):
        """The path of the package `name` in `version`, as in "10.0", its full version, and a root with its files."""
        policy = self._run("apt-cache", "policy", name)
        package = next((line.split()[1] for line in policy.splitlines() if "Candidate:" in line), "none")
        if not package.split(":")[-1].startswith(tuple(version + end for end in ".+-")):
            raise ArchiveError(f"{self.suite} has no {name} {version}, only {package}")
        self._run("apt-get", "-qq", "download", f"{name}={package}")
        path = glob.glob(os.path.join(self.directory, "downloads", f"{name}_*.deb"))[0]
        root = os.path.join(self.directory, "root")
        self._run("dpkg", "-x", path, root)
        return path, package, root

    def unpacked(self, names):
        """A root directory with the packages and all they depend on, and {name: version} of the named ones."""
        self._run("apt-get", "-qq", "-y", "--no-install-recommends", "--download-only", "install", *names)
        root = os.path.join(self.directory, "root")
        for package in glob.glob(os.path.join(self.directory, "cache/archives/*.deb")):
            self._run("dpkg", "-x", package, root)
        versions = {}
        for name in names:
            policy = self._run("apt-cache", "policy", name)
            versions[name] = next(line.split()[1] for line in policy.splitlines() if "Candidate:" in line)
        return root, versions

    def _site(self):
        """The archive's address, out of the system's own package sources."""
        codename = _os_release()["VERSION_CODENAME"]
        targets = subprocess.run(
            ["apt-get", "indextargets", "--format", "$(SITE) $(RELEASE)", "Created-By: Packages"],
            check=True, capture_output=True, text=True,
        ).stdout.splitlines()
        for target in targets:
            site, _, release = target.partition(" ")
            if release == codename:
                return site
        raise ArchiveError(f"no package source for {codename} is configured; add one to /etc/apt")

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="ascii") as file:
            file.write(text)

    def _run(self, *command):
        environment = {**os.environ, "APT_CONFIG": os.path.join(self.directory, "apt.conf")}
        done = subprocess.run(
            command, cwd=os.path.join(self.directory, "downloads"), env=environment, capture_output=True, text=True
        )
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no message"])[0]
            raise ArchiveError(f"{' '.join(command)} failed: {reason}")
        return done.stdout


def digest(path):
    """The file's SHA-256 in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _os_release():
    with open("/etc/os-release", encoding="utf8") as file:
        pairs = (line.rstrip().split("=", 1) for line in file if "=" in line)
        return {key: value.strip('"') for key, value in pairs}
