import CloudImages
import HostSupport
import Quantities
import SystemPackage
import Testing

@testable import TestRuns

@Suite struct BakeKeyTests {
    private static let image = Image(
        name: "debian:12",
        architecture: .amd64,
        disk: "/images/disk.qcow2",
        defaultUser: "debian",
        source: "a test",
        digest: "sha256:1",
        created: 0,
    )

    /// What one bake is made of; a test changes one thing and looks whether the digest changes.
    private struct Ingredients {
        var image = BakeKeyTests.image
        var configuration = ProjectConfiguration()
        var seed = ["#cloud-config\n{}\n"]
        var files = [
            "pyproject.toml": "[project]", "requirements.txt": "x", "requirements/test.txt": "y", "setup.py": "z",
            "tools/prepare.sh": "true", "src/code.py": "1",
        ]

        init() {
            configuration.setup = ["sh ./tools/prepare.sh --quick && pip install -r 'requirements/test.txt'"]
        }

        func digest(in home: QuiverHome) throws -> String {
            let project = home.data.appending("project")
            try Directory.removeTree(project)
            for (name, text) in files {
                try Directory.create(project.appending(name).removingLastComponent())
                try WholeFile.write(text.utf8, to: project.appending(name))
            }
            return BakeKey(image: image, configuration: configuration, project: project, seed: seed).digest
        }
    }

    private struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout Ingredients) -> Void

        init(_ name: String, _ apply: @escaping @Sendable (inout Ingredients) -> Void) {
            testDescription = name
            self.apply = apply
        }
    }

    private static let telling = [
        Change("image") { $0.image.digest = "sha256:2" },
        Change("seed") { $0.seed.append("more") },
        Change("package") { $0.configuration.packages = ["jq"] },
        Change("setup") { $0.configuration.setup.append("true") },
        Change("no setup") { $0.configuration.setup = [] },
        Change("pyproject.toml") { $0.files["pyproject.toml"] = "[tool]" },
        Change("uv.lock") { $0.files["uv.lock"] = "" },
        Change("setup.py") { $0.files["setup.py"] = "changed" },
        Change("requirements.txt") { $0.files["requirements.txt"] = nil },
        Change("requirements/test.txt") { $0.files["requirements/test.txt"] = "changed" },
        Change("requirements/docs.txt") { $0.files["requirements/docs.txt"] = "new" },
        Change("a file that a setup command names") { $0.files["tools/prepare.sh"] = "false" },
    ]

    @Test(arguments: telling)
    private func `what a bake depends on makes another bake`(change: Change) async throws {
        try await ScratchHome.with { home in
            var changed = Ingredients()
            change.apply(&changed)
            let (before, after) = (try Ingredients().digest(in: home), try changed.digest(in: home))
            #expect(before != after)
        }
    }

    private static let indifferent = [
        Change("memory") { $0.configuration.memory = .gibibytes(4) },
        Change("processors") { $0.configuration.cpus = 7 },
        Change("isolation") { $0.configuration.isolate = .test },
        Change("a source file") { $0.files["src/code.py"] = "2" },
        Change("the image's place") { $0.image.disk = "/elsewhere/disk.qcow2" },
    ]

    @Test(arguments: indifferent)
    private func `what a bake does not depend on keeps it`(change: Change) async throws {
        try await ScratchHome.with { home in
            var changed = Ingredients()
            change.apply(&changed)
            let (before, after) = (try Ingredients().digest(in: home), try changed.digest(in: home))
            #expect(before == after)
        }
    }

    @Test func `a bake without pytest is none for a project that needs it`() async throws {
        try await ScratchHome.with { home in
            var own = Ingredients()
            own.configuration.setup = []
            var standard = own
            own.configuration.pytest = ["uv", "run", "pytest"]
            standard.configuration.pytest = ["python3", "-m", "pytest"]
            let (without, with) = (try own.digest(in: home), try standard.digest(in: home))
            #expect(without != with)
        }
    }
}
